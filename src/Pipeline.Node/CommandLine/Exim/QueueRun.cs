using System.Runtime.InteropServices;
using Pipeline.Actors.Messages;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-q</c>: has the running node make a queue run, or makes one with a node of its own.</summary>
internal static class QueueRun
{
    private const int MaxForced = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OrderTimeout = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var logging = new ConsoleLineLogger(streams.Errors, time, LogLevel.Error);
        await using var access = await NodeAccess.OpenAsync(configuration, logging, time, cancellationToken);
        try
        {
            if (access.Running is { } running)
            {
                if (command.Force)
                {
                    await using var store = await QueueListing.OpenAsync(configuration, stop.Token);
                    await ForceAsync(store!, command.Queue, id => running.OrderAsync(id.ToString(), "retry", stop.Token), stop.Token);
                }

                return await AnswerAsync(await running.RunQueueAsync(stop.Token, command.Queue, command.Force), streams);
            }

            var node = access.Own!;
            var since = time.GetUtcNow();
            if (command.Force)
            {
                await ForceAsync(
                    node.Store,
                    command.Queue,
                    id => node.Messages.Ask<MessageProtocol.OperatorAnswer>(new MessageProtocol.RetryMessage(id, "queue run"), OrderTimeout, stop.Token),
                    stop.Token);
            }

            var answer = await node.QueueRuns.RunAsync(command.Queue, command.Force, stop.Token);
            await WaitAsync(node, since, time, stop.Token);
            return await AnswerAsync(answer, streams);
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

    private static async Task ForceAsync(IMessageStore store, string queue, Func<Mail.Message.MessageId, Task> retry, CancellationToken cancellationToken)
    {
        foreach (var message in await store.ListAsync(new QueueQuery(MaxForced, Queue: queue), cancellationToken))
        {
            await retry(message.Id);
        }
    }

    /// <summary>Waits until nothing is under way that was due at <paramref name="since"/>.</summary>
    internal static async Task WaitAsync(MailNode node, DateTimeOffset since, TimeProvider time, CancellationToken cancellationToken)
    {
        while (await node.Store.NextDueAsync(cancellationToken) <= since
            || (await node.Store.CountAsync(cancellationToken)).Claimed > 0
            || !node.Submission.TryCloseIdle())
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
