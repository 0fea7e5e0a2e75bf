using System.Runtime.InteropServices;
using Pipeline.Actors.Messages;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-q</c>: has the running node look for due work, or does the work that is due with a node of its own.</summary>
internal static class QueueRun
{
    private const int MaxForced = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OrderTimeout = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(
        EximConfiguration configuration, bool force, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
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
                if (force)
                {
                    await using var store = await QueueListing.OpenAsync(configuration, stop.Token);
                    await ForceAsync(store!, id => running.OrderAsync(id.ToString(), "retry", stop.Token), stop.Token);
                }

                await running.RunQueueAsync(stop.Token);
                return ExitCodes.Success;
            }

            var node = access.Own!;
            var since = time.GetUtcNow();
            if (force)
            {
                await ForceAsync(
                    node.Store,
                    id => node.Messages.Ask<MessageProtocol.OperatorAnswer>(new MessageProtocol.RetryMessage(id, "queue run"), OrderTimeout, stop.Token),
                    stop.Token);
            }

            await WaitAsync(node, since, time, stop.Token);
            return ExitCodes.Success;
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

    private static async Task ForceAsync(IMessageStore store, Func<Mail.Message.MessageId, Task> retry, CancellationToken cancellationToken)
    {
        foreach (var message in await store.ListAsync(new QueueQuery(MaxForced), cancellationToken))
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
