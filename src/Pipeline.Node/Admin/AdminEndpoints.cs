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
        application.MapPost("/queue/run", (HttpContext context) => RunQueueAsync(services, context));
        application.MapPost("/queue/{id}/retry", (string id, HttpContext context) =>
            OrderAsync(services, id, (message, by) => new MessageProtocol.RetryMessage(message, by), context));
        application.MapPost("/queue/{id}/freeze", (string id, HttpContext context) =>
            OrderAsync(services, id, (message, by) => new MessageProtocol.FreezeMessage(message, by), context));
        application.MapPost("/queue/{id}/thaw", (string id, HttpContext context) =>
            OrderAsync(services, id, (message, by) => new MessageProtocol.ThawMessage(message, by), context));
        application.MapPost("/queue/{id}/remove", (string id, HttpContext context) =>
            OrderAsync(services, id, (message, by) => new MessageProtocol.RemoveMessage(message, by), context));
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

    private static async Task OrderAsync(AdminServices services, string id, Func<MessageId, string, object> order, HttpContext context)
    {
        OrderResult result;
        if (!MessageId.TryCreate(id, out var message))
        {
            result = new OrderResult(false, "not a message id");
        }
        else
        {
            try
            {
                var by = AdminAuthorization.Caller(context).Name;
                var answer = await services.Messages.Ask<MessageProtocol.OperatorAnswer>(order(message, by), OrderTimeout, context.RequestAborted);
                var elsewhere = answer.Done || services.Cluster is null
                    ? null
                    : await ClusterEndpoints.WhoElseHasAsync(services.Cluster, message, context.RequestAborted);
                result = new OrderResult(answer.Done, elsewhere ?? answer.Text);
            }
            catch (AskTimeoutException)
            {
                result = new OrderResult(false, "the node did not answer in time");
            }
        }

        await AnswerAsync(context, services.Logger, result);
    }

    private static Task AnswerAsync(HttpContext context, ILogger logger, OrderResult result)
    {
        AdminLog.OrderCarriedOut(logger, AdminAuthorization.Caller(context).Name, context.Request.Path.Value ?? "", result.Text);
        return context.Response.WriteAsJsonAsync(result, AdminJson.Default.OrderResult);
    }
}
