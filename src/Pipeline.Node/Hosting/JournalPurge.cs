using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>Deletes the journals of messages that ended long ago, a few at a time.</summary>
internal sealed class JournalPurge(IMessageStore store, TimeSpan retention, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync(_stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                var total = 0;
                int removed;
                do
                {
                    removed = await store.PurgeAsync(time.GetUtcNow() - retention, Batch, cancellationToken);
                    total += removed;
                }
                while (removed >= Batch);

                if (total > 0)
                {
                    Log.Purged(logger, total, retention.TotalDays);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }
}
