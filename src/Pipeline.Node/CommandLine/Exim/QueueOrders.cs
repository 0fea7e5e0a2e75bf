using Pipeline.Actors.Messages;
using Pipeline.Mail.Message;
using Pipeline.Node.Admin;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-M</c>, <c>-Mf</c>, <c>-Mt</c>, <c>-Mrm</c>: orders about messages of the queue, through the node that runs, or one started for this command.</summary>
internal static class QueueOrders
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private static readonly Order[] Orders =
    [
        new("-M", "retry", "", (id, by) => new MessageProtocol.RetryMessage(id, by)),
        new("-Mf", "freeze", "is now frozen", (id, by) => new MessageProtocol.FreezeMessage(id, by)),
        new("-Mt", "thaw", "is no longer frozen", (id, by) => new MessageProtocol.ThawMessage(id, by)),
        new("-Mrm", "remove", "has been removed", (id, by) => new MessageProtocol.RemoveMessage(id, by)),
    ];

    public static bool Knows(string option) => Array.Exists(Orders, order => order.Option == option);

    /// <returns>1 when something could not be done, else 0.</returns>
    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var order = Array.Find(Orders, order => order.Option == command.QueueOrder)!;
        var messages = new List<MessageId>();
        foreach (var text in command.Operands)
        {
            if (!MessageId.TryCreate(text, out var id))
            {
                await streams.Errors.WriteLineAsync($"exim: malformed message id {text} after {order.Option} option");
                return ExitCodes.Failure;
            }

            messages.Add(id);
        }

        if (messages.Count == 0)
        {
            await streams.Errors.WriteLineAsync($"exim: no message ids given after {order.Option} option");
            return ExitCodes.Failure;
        }

        using var logging = new Run.ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        await using var access = await NodeAccess.OpenAsync(configuration, logging, time, cancellationToken);
        await using var output = new StreamWriter(streams.Output, leaveOpen: true) { NewLine = "\n" };
        var since = time.GetUtcNow();
        var failed = false;
        foreach (var id in messages)
        {
            var result = access.Running is { } running
                ? await running.OrderAsync(id.ToString(), order.Action, cancellationToken)
                : await AskAsync(access.Own!, order, id, cancellationToken);
            failed |= !result.Done;
            if (!result.Done || order.Done.Length > 0)
            {
                await output.WriteLineAsync(result.Done ? $"Message {id} {order.Done}" : $"Message {id}: {result.Text}");
            }
        }

        if (access.Own is { } own && order.Action == "retry")
        {
            await QueueRun.WaitAsync(own, since, time, cancellationToken);
        }

        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<OrderResult> AskAsync(MailNode node, Order order, MessageId id, CancellationToken cancellationToken)
    {
        var answer = await node.Messages.Ask<MessageProtocol.OperatorAnswer>(order.Message(id, $"exim {order.Option}"), AnswerTimeout, cancellationToken);
        return new OrderResult(answer.Done, answer.Text);
    }

    /// <param name="Action">As the node's own interface calls it.</param>
    /// <param name="Done">What Exim says when it is done; empty for nothing.</param>
    private sealed record Order(string Option, string Action, string Done, Func<MessageId, string, object> Message);
}
