using Pipeline.Actors.Messages;
using Pipeline.Mail.Message;
using Pipeline.Node.Admin;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-M</c>, <c>-Mf</c>, <c>-Mrm</c>, <c>-Mar</c> and so on: orders about messages of the queue, through the node that runs, or one started for this command.</summary>
internal static class QueueOrders
{
    private const string HasBeenModified = "has been modified";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private static readonly Order[] Orders =
    [
        new("-M", MessageOrders.Retry, "", WaitsForMail: true),
        new("-Mf", MessageOrders.Freeze, "is now frozen"),
        new("-Mt", MessageOrders.Thaw, "is no longer frozen"),
        new("-Mrm", MessageOrders.Remove, "has been removed"),
        new("-Mg", MessageOrders.GiveUp, "", WaitsForMail: true),
        new("-Mmad", MessageOrders.MarkAllDelivered, HasBeenModified),
        new("-Mar", MessageOrders.AddRecipients, HasBeenModified, Edits: "adding recipient"),
        new("-Mmd", MessageOrders.MarkDelivered, HasBeenModified, Edits: "marking as delivered"),
        new("-Mes", MessageOrders.ChangeSender, HasBeenModified, Edits: "editing sender"),
    ];

    public static bool Knows(string option) => Array.Exists(Orders, order => order.Option == option);

    /// <returns>1 when something could not be done, else 0.</returns>
    public static async Task<int> RunAsync(
        EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var order = Array.Find(Orders, order => order.Option == command.QueueOrder)!;
        var (texts, addresses) = order.Edits is null ? (command.Operands, []) : (command.Operands[..Math.Min(1, command.Operands.Length)], command.Operands.Skip(1).ToArray());
        if (MessageIds(texts, order.Option, streams.Errors) is not { } messages)
        {
            return ExitCodes.Failure;
        }

        await using var output = new StreamWriter(streams.Output, leaveOpen: true) { NewLine = "\n" };
        if (order.Edits is not null && MessageOrders.Make(order.Name, messages[0], addresses, "") is (null, var problem))
        {
            await output.WriteLineAsync(
                addresses.Length == 0 ? $"Message {messages[0]} - error while {order.Edits}: {problem}"
                : order.Name == MessageOrders.ChangeSender && addresses.Length > 1 ? $"Message {messages[0]} - {problem}"
                : order.Failed(messages[0], problem));
            return ExitCodes.Failure;
        }

        using var logging = new Run.ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        await using var access = await NodeAccess.OpenAsync(reach, logging, time, cancellationToken, claimsDue: false);
        var since = time.GetUtcNow();
        var failed = false;
        foreach (var id in messages)
        {
            var result = access.Running is { } running
                ? await running.OrderAsync(id.ToString(), order.Name, addresses, cancellationToken)
                : await AskAsync(access.Own!, order, id, addresses, cancellationToken);
            failed |= !result.Done;
            if (!result.Done || order.Done.Length > 0)
            {
                await output.WriteLineAsync(
                    result.Done ? $"Message {id} {order.Done}"
                    : result.Unknown ? $"Spool data file for {id} does not exist"
                    : order.Failed(id, result.Text));
            }
        }

        if (access.Own is { } own && order.WaitsForMail)
        {
            await QueueRun.WaitAsync(own, null, time, cancellationToken);
        }

        if (command.Debug is { } debug && reach.Configuration is { } configuration)
        {
            await using var store = await QueueListCommand.OpenAsync(configuration, cancellationToken);
            var told = new DebugOutput(debug, streams.Errors, time);
            foreach (var id in store is null ? [] : messages)
            {
                await told.WriteJournalAsync(store!, id, since, cancellationToken);
            }
        }

        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    /// <summary>Reads the operands of an option that is about messages.</summary>
    /// <returns>At least one; null when there is none, or one is no id, which has been written to <paramref name="errors"/>.</returns>
    public static IReadOnlyList<MessageId>? MessageIds(IReadOnlyList<string> texts, string option, TextWriter errors)
    {
        var messages = new List<MessageId>(texts.Count);
        foreach (var text in texts)
        {
            if (!MessageId.TryCreate(text, out var id))
            {
                errors.WriteLine($"exim: malformed message id {text} after {option} option");
                return null;
            }

            messages.Add(id);
        }

        if (messages.Count == 0)
        {
            errors.WriteLine($"exim: no message ids given after {option} option");
            return null;
        }

        return messages;
    }

    private static async Task<OrderResult> AskAsync(MailNode node, Order order, MessageId id, string[] addresses, CancellationToken cancellationToken)
    {
        var (message, problem) = MessageOrders.Make(order.Name, id, addresses, Environment.UserName);
        if (message is null)
        {
            return new OrderResult(false, problem);
        }

        try
        {
            var answer = await node.Messages.Ask<MessageProtocol.OperatorAnswer>(message, AnswerTimeout, cancellationToken);
            return new OrderResult(answer.Done, answer.Text, answer.Unknown);
        }
        catch (AskTimeoutException)
        {
            return new OrderResult(false, "the store cannot be written");
        }
    }

    /// <param name="Name">As the node's own interface calls it.</param>
    /// <param name="Done">What Exim says when it is done; empty for nothing.</param>
    /// <param name="Edits">What the order does to the one message it is about, whose id addresses follow; null for orders about several.</param>
    /// <param name="WaitsForMail">A node of this command ends when what the order sets off has been tried.</param>
    private sealed record Order(string Option, string Name, string Done, string? Edits = null, bool WaitsForMail = false)
    {
        public string Failed(MessageId id, string text) =>
            Edits is not null ? $"Message {id} - error while {Edits}:\n  {text}"
            : text.StartsWith("is ", StringComparison.Ordinal) ? $"Message {id} {text}"
            : $"Message {id}: {text}";
    }
}
