using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>How many messages the queue has, counted once a minute at most: <c>$queue_size</c> may be asked for each message.</summary>
internal sealed class QueueSize(TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Task<long?> _counted = Task.FromResult<long?>(null);
    private long? _countedAt;

    /// <summary>The store, once it is open; until then nobody knows.</summary>
    public IMessageStore? Store { get; set; }

    public ValueTask<long?> CountAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Store is { } store && !(_countedAt is { } at && time.GetElapsedTime(at) < Age))
            {
                (_countedAt, _counted) = (time.GetTimestamp(), CountAsync(store));
            }

            return new ValueTask<long?>(_counted.WaitAsync(cancellationToken));
        }
    }

    private static async Task<long?> CountAsync(IMessageStore store)
    {
        try
        {
            return (await store.CountAsync(CancellationToken.None)).Queued;
        }
        catch (IOException)
        {
            return null; // the store is away
        }
    }
}
