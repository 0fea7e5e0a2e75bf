using System.Data.Common;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Mail.Message;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>What a node tells of its cluster, and the orders it takes about it.</summary>
internal static class ClusterEndpoints
{
    public const int MaxEvents = 10_000;

    private const int DefaultEvents = 20;
    private const int MaxWaitSeconds = 20;

    public static void MapCluster(this WebApplication application, AdminServices services)
    {
        if (services.Cluster is not { } cluster)
        {
            application.Map("/cluster/{**rest}", (HttpContext context) => RefuseAsync(
                context, StatusCodes.Status404NotFound, "Not Found", "this node is alone: its settings name no cluster (Cluster:Database)"));
            return;
        }

        Get(application, "", cluster, ClusterJson.Default.ClusterDocument, static (desk, _, token) => desk.ReadAsync(token));
        Get(application, "/roles", cluster, ClusterJson.Default.RolesDocument, static (desk, _, token) => desk.ReadRolesAsync(token));
        Get(application, "/lag", cluster, ClusterJson.Default.LagDocument, static (desk, _, token) => desk.ReadLagAsync(token));
        Get(application, "/events", cluster, ClusterJson.Default.EventsDocument, static (desk, query, token) => desk.ReadEventsAsync(
            Number(query, "after", -DefaultEvents, -MaxEvents, long.MaxValue),
            (int)Number(query, "limit", MaxEvents, 1, MaxEvents),
            TimeSpan.FromSeconds(Number(query, "wait", 0, 0, MaxWaitSeconds)),
            token));

        Post(application, "/drain", services, (_, _) => cluster.Drain());
        Post(application, "/join", services, (_, _) => Task.FromResult(cluster.Join()));
        Post(application, "/leave", services, (_, _) => Task.FromResult(cluster.Leave()));
        Post(application, "/nodes/{node}/down", services, (desk, context) =>
            desk.DownAsync((string)context.Request.RouteValues["node"]!, context.RequestAborted));
        Post(application, "/down-unreachable", services, (desk, context) => desk.DownUnreachableAsync(context.RequestAborted));
    }

    /// <summary>In whose hands a message is when they are not this node's; null when that cannot be said.</summary>
    public static async Task<string?> WhoElseHasAsync(ClusterServices cluster, MessageId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await cluster.Cluster.FindHolderAsync(id, cancellationToken) is not { } holder || holder.Node == cluster.Own().Name)
            {
                return null;
            }

            var address = (await cluster.Cluster.ReadAsync(cancellationToken)).FirstOrDefault(node => node.Name == holder.Node)?.AdminAddress;
            return $"it is in the hands of {holder.Node}: give the order there ({(address is null ? "on its machine" : $"--address {address}")})";
        }
        catch (DbException)
        {
            return null;
        }
    }

    private static void Get<T>(
        WebApplication application,
        string path,
        ClusterServices cluster,
        JsonTypeInfo<T> type,
        Func<IClusterDesk, IQueryCollection, CancellationToken, Task<T>> ask) =>
        application.MapGet("/cluster" + path, (HttpContext context) => GuardAsync(context, async () =>
        {
            var document = await ask(cluster.DeskOf(AdminAuthorization.Caller(context).Name), context.Request.Query, context.RequestAborted);
            await context.Response.WriteAsJsonAsync(document, type);
        }));

    private static void Post(WebApplication application, string path, AdminServices services, Func<IClusterDesk, HttpContext, Task<OrderResult>> order) =>
        application.MapPost("/cluster" + path, (HttpContext context) => GuardAsync(context, async () =>
        {
            var result = await order(services.Cluster!.DeskOf(AdminAuthorization.Caller(context).Name), context);
            AdminLog.OrderCarriedOut(services.Logger, AdminAuthorization.Caller(context).Name, context.Request.Path.Value ?? "", result.Text);
            await context.Response.WriteAsJsonAsync(result, ClusterJson.Default.OrderResult);
        }));

    private static async Task GuardAsync(HttpContext context, Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (AdminException error)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable", error.Message);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string title, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new AdminProblem(status, title, detail), AdminJson.Default.AdminProblem, AdminAuthorization.ProblemType);
    }

    private static long Number(IQueryCollection query, string name, long otherwise, long lowest, long highest) =>
        long.TryParse(query[name], System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, lowest, highest)
            : otherwise;
}
