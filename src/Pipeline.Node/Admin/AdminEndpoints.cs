using Pipeline.Actors.Messages;
using Pipeline.Mail.Message;
using Pipeline.Node.Admin.Cluster;

namespace Pipeline.Node.Admin;

/// <summary>What a node tells and the orders it takes: GET looks, POST orders.</summary>
internal static class AdminEndpoints
{
    private static readonly TimeSpan OrderTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Maps the API, and before it the question who may do what.</summary>
    public static void MapAdmin(this WebApplication application, AdminServices services)
    {
        application.Use(AdminAuthorization.Middleware(services.Logger));
        application.UseRouting();
        application.MapGet("/status", async (HttpContext context) =>
            await context.Response.WriteAsJsonAsync(await services.Status(context.RequestAborted), AdminJson.Default.NodeStatus));
        application.MapGet("/health", async (HttpContext context) =>
            await context.Response.WriteAsJsonAsync(await services.Health.LookAsync(context.RequestAborted), AdminJson.Default.HealthReport));
        application.MapActors(services.System);
        application.MapCluster(services);
        if (services.Scans is { } scans)
        {
            application.MapPost(Scanning.ScanCalls.Path, scans.ServeAsync);
        }

        application.MapPost(MessageEndpoint.Path, new MessageEndpoint(services.Submission, services.Logger).ServeAsync);
        application.MapGet(QueueEndpoint.Path, services.Queue.ServeAsync);
        application.MapPost("/queue/run", (HttpContext context) => RunQueueAsync(services, context));
        application.MapPost("/queue/{id}/{order}", (string id, string order, HttpContext context) => OrderAsync(services, id, order, context));
    }

    /// <summary>Of the query, <c>queue</c> names the queue and <c>force</c> has the load not looked at.</summary>
    private static async Task RunQueueAsync(AdminServices services, HttpContext context)
    {
        OrderResult result;
        try
        {
            result = await services.QueueRuns.RunAsync(context.Request.Query["queue"].ToString(), context.Request.Query["force"] == "true", context.RequestAborted);
        }
        catch (AskTimeoutException)
        {
            result = new OrderResult(false, "the node did not answer in time");
        }

        await AnswerAsync(context, services.Logger, result);
    }

    private static async Task OrderAsync(AdminServices services, string id, string name, HttpContext context)
    {
        var (order, problem) = MessageId.TryCreate(id, out var message)
            ? MessageOrders.Make(name, message, Addresses(context), AdminAuthorization.Caller(context).Name)
            : (null, "not a message id");
        await AnswerAsync(
            context, services.Logger, order is null ? new OrderResult(false, problem) : await CarryOutAsync(services, message, order, context.RequestAborted));
    }

    private static async Task<OrderResult> CarryOutAsync(AdminServices services, MessageId message, object order, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await services.Messages.Ask<MessageProtocol.OperatorAnswer>(order, OrderTimeout, cancellationToken);
            var elsewhere = answer.Done || services.Cluster is null ? null : await ClusterEndpoints.WhoElseHasAsync(services.Cluster, message, cancellationToken);
            return new OrderResult(answer.Done, elsewhere ?? answer.Text, answer.Unknown && elsewhere is null);
        }
        catch (AskTimeoutException)
        {
            return new OrderResult(false, "the node did not answer in time");
        }
    }

    private static string[] Addresses(HttpContext context) => [.. context.Request.Query[MessageOrders.Address].OfType<string>()];

    private static Task AnswerAsync(HttpContext context, ILogger logger, OrderResult result)
    {
        AdminLog.OrderCarriedOut(logger, AdminAuthorization.Caller(context).Name, context.Request.Path.Value ?? "", result.Text);
        return context.Response.WriteAsJsonAsync(result, AdminJson.Default.OrderResult);
    }
}
