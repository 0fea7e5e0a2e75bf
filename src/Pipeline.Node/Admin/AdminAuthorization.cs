namespace Pipeline.Node.Admin;

/// <summary>Lets a request through when its caller may make it, and says otherwise why not, in the form of RFC 9457.</summary>
internal static class AdminAuthorization
{
    public const string ProblemType = "application/problem+json";

    /// <summary>Exim's words.</summary>
    public const string PermissionDenied = "permission denied";

    /// <summary>Who makes a request that was let through.</summary>
    public static AdminCaller Caller(HttpContext context) =>
        context.Features.Get<AdminCaller>() ?? throw new InvalidOperationException("A request without a caller is let through to no endpoint.");

    /// <summary>Before every endpoint.</summary>
    public static Func<HttpContext, RequestDelegate, Task> Middleware(ILogger logger) => (context, next) =>
    {
        var caller = context.Features.Get<AdminCaller>();
        var problem = Refusal(caller, AccessOf(context.Request));
        if (problem is null)
        {
            return next(context);
        }

        AdminLog.OrderRefused(
            logger, caller?.Name ?? "nobody", caller?.Role ?? AdminRole.None, context.Request.Method, context.Request.Path.Value ?? "");
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, AdminJson.Default.AdminProblem, ProblemType);
    };

    /// <summary>Null when the caller may do it.</summary>
    public static AdminProblem? Refusal(AdminCaller? caller, AdminAccess access) => caller switch
    {
        null => new AdminProblem(StatusCodes.Status401Unauthorized, "Unauthorized", "the connection does not show who calls"),
        { Role: AdminRole.None, Program: not null } => access switch
        {
            AdminAccess.Submit => null,
            AdminAccess.List when caller.MayListQueue => null,
            AdminAccess.Prod when caller.MayProd => null,
            _ => new AdminProblem(StatusCodes.Status403Forbidden, "Forbidden", PermissionDenied),
        },
        { Role: AdminRole.None } => new AdminProblem(
            StatusCodes.Status403Forbidden,
            "Forbidden",
            $"the certificate of {caller.Name} names no role: it needs a URI mailpipeline:operator or mailpipeline:viewer among its alternative names"),
        { Program: null } when access == AdminAccess.Submit => new AdminProblem(
            StatusCodes.Status403Forbidden, "Forbidden", "messages are taken here from programs on this machine; others speak SMTP"),
        { Role: AdminRole.Operator } => null,
        { Role: AdminRole.Node } when access == AdminAccess.Scan => null,
        _ when access is AdminAccess.Look or AdminAccess.List => null,
        _ => new AdminProblem(
            StatusCodes.Status403Forbidden,
            "Forbidden",
            $"{caller.Name} is a {caller.Role.ToString().ToLowerInvariant()}, who may look; {(access == AdminAccess.Scan ? "scans are for nodes" : "orders are for operators")}"),
    };

    private static AdminAccess AccessOf(HttpRequest request) =>
        request.Path == QueueEndpoint.Path ? AdminAccess.List
        : HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? AdminAccess.Look
        : request.Path == Scanning.ScanCalls.Path ? AdminAccess.Scan
        : request.Path == MessageEndpoint.Path ? AdminAccess.Submit
        : request.Path.Value is "/queue/run" || (request.Path.StartsWithSegments("/queue", out var rest) && rest.Value!.EndsWith($"/{MessageOrders.Retry}", StringComparison.Ordinal)) ? AdminAccess.Prod
        : AdminAccess.Order;
}
