using Pipeline.Actors.Messages;
using Pipeline.Mail.Message;

namespace Pipeline.Node.Admin;

/// <summary>The orders a node takes on its admin socket.</summary>
internal static class AdminEndpoints
{
    private static readonly TimeSpan OrderTimeout = TimeSpan.FromSeconds(20);

    /// <param name="by">Who the journal says gave the orders.</param>
    public static void MapAdmin(this WebApplication application, IActorRef messages, Func<CancellationToken, Task<NodeStatus>> status, string by)
    {
        application.MapGet("/status", async (HttpContext context) =>
            await context.Response.WriteAsJsonAsync(await status(context.RequestAborted), AdminJson.Default.NodeStatus));
        application.MapPost("/queue/run", async (HttpContext context) =>
        {
            messages.Tell(MessageProtocol.Wake.Instance, ActorRefs.NoSender);
            await context.Response.WriteAsJsonAsync(new OrderResult(true, "queue run started"), AdminJson.Default.OrderResult);
        });
        application.MapPost("/queue/{id}/retry", (string id, HttpContext context) =>
            OrderAsync(messages, id, message => new MessageProtocol.RetryMessage(message, by), context));
        application.MapPost("/queue/{id}/remove", (string id, HttpContext context) =>
            OrderAsync(messages, id, message => new MessageProtocol.RemoveMessage(message, by), context));
    }

    private static async Task OrderAsync(IActorRef messages, string id, Func<MessageId, object> order, HttpContext context)
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
                var answer = await messages.Ask<MessageProtocol.OperatorAnswer>(order(message), OrderTimeout, context.RequestAborted);
                result = new OrderResult(answer.Done, answer.Text);
            }
            catch (AskTimeoutException)
            {
                result = new OrderResult(false, "the node did not answer in time");
            }
        }

        await context.Response.WriteAsJsonAsync(result, AdminJson.Default.OrderResult);
    }
}
