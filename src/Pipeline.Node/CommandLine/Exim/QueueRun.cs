using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Pipeline.Actors.Messages;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-q</c>, <c>-R</c>, <c>-S</c>: has the running node work on messages, or works on them with a node of its own.</summary>
internal static class QueueRun
{
    private const int MaxForced = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OrderTimeout = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(
        EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var logging = new ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        await using var access = await NodeAccess.OpenAsync(reach, logging, time, cancellationToken, claimsDue: command.Selection.IsDue);
        try
        {
            var selection = command.Selection;
            var answer = new OrderResult(true, "");
            if (access.Running is { } running)
            {
                if (!selection.IsDue)
                {
                    await using var store = await QueueListCommand.OpenAsync(reach.Configuration!, stop.Token);
                    await ForceAsync(store!, command, time, id => running.OrderAsync(id.ToString(), MessageOrders.Retry, stop.Token), stop.Token);
                }

                return await AnswerAsync(selection.IsWhole ? await running.RunQueueAsync(stop.Token, command.Queue, selection.NotDue) : answer, streams);
            }

            var (node, since) = (access.Own!, time.GetUtcNow());
            if (!selection.IsDue)
            {
                await ForceAsync(
                    node.Store,
                    command,
                    time,
                    id => node.Messages.Ask<MessageProtocol.OperatorAnswer>(new MessageProtocol.RetryMessage(id, "queue run"), OrderTimeout, stop.Token),
                    stop.Token);
            }

            answer = selection.IsWhole ? await node.QueueRuns.RunAsync(command.Queue, selection.NotDue, stop.Token) : answer;
            await WaitAsync(node, selection.IsDue ? since : null, time, stop.Token);
            return await AnswerAsync(answer, streams);
        }
        catch (RegexMatchTimeoutException error)
        {
            await streams.Errors.WriteLineAsync($"exim: regular expression \"{error.Pattern}\" takes too long");
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Failure; // what was begun is ended in good order by the stop of the node
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Exim says nothing of a run that it abandons, but in the log; whoever waits for the mail should hear of it.</summary>
    private static async Task<int> AnswerAsync(OrderResult answer, EximStreams streams)
    {
        if (!answer.Done)
        {
            await streams.Errors.WriteLineAsync($"exim: {answer.Text}");
        }

        return answer.Done ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task ForceAsync(
        IMessageStore store, EximCommand command, TimeProvider time, Func<Mail.Message.MessageId, Task> retry, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var message in await store.ListAsync(new QueueQuery(MaxForced, Queue: command.Queue), cancellationToken))
        {
            if (command.Selection.Includes(message, now))
            {
                await retry(message.Id);
            }
        }
    }

    /// <summary>Waits until nothing is under way, and nothing waits that was due at <paramref name="since"/>.</summary>
    /// <param name="since">Null when what is due is not worked on.</param>
    internal static async Task WaitAsync(MailNode node, DateTimeOffset? since, TimeProvider time, CancellationToken cancellationToken)
    {
        while (await node.Store.NextDueAsync(cancellationToken) <= since
            || (await node.Store.CountAsync(cancellationToken)).Claimed > 0
            || !node.Submission.TryCloseIdle())
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
