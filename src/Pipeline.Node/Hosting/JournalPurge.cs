using Pipeline.Node.Hosting.Stores;

namespace Pipeline.Node.Hosting;

/// <summary>Deletes the journals of messages that ended long ago, a few at a time. In a cluster one node does it for all.</summary>
internal sealed class JournalPurge : IAsyncDisposable
{
    private const string Role = "purge";
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private JournalPurge(NodeStore store, TimeSpan retention, TimeProvider time, ILogger logger) => _running = RunAsync(store, retention, time, logger, _stop.Token);

    public static JournalPurge Start(NodeStore store, TimeSpan retention, TimeProvider time, ILogger logger) => new(store, retention, time, logger);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static async Task RunAsync(NodeStore store, TimeSpan retention, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await (store.Member is { } member
                ? member.Life.Singletons.RunAsync(Role, held => PurgeAsync(store, retention, time, logger, held), cancellationToken)
                : PurgeAsync(store, retention, time, logger, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private static async Task PurgeAsync(NodeStore store, TimeSpan retention, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                var total = 0;
                int removed;
                do
                {
                    removed = await store.Messages.PurgeAsync(time.GetUtcNow() - retention, Batch, cancellationToken);
                    total += removed;
                }
                while (removed >= Batch);

                if (total > 0)
                {
                    Log.Purged(logger, total, retention.TotalDays);
                }
            }
            catch (IOException error)
            {
                Log.PurgeFailed(logger, error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
