using System.Collections.Concurrent;

namespace Pipeline.Actors.Messages;

/// <summary>Remembers where the last deliveries went: connections are still open there. Safe from any thread, bounded.</summary>
internal sealed class RecentDestinations
{
    private const int Capacity = 16;

    private readonly ConcurrentQueue<string> _order = new();
    private readonly ConcurrentDictionary<string, int> _uses = new(StringComparer.Ordinal);

    public void Used(string destination)
    {
        _order.Enqueue(destination);
        _uses.AddOrUpdate(destination, 1, static (_, uses) => uses + 1);
        while (_order.Count > Capacity && _order.TryDequeue(out var oldest))
        {
            if (_uses.AddOrUpdate(oldest, 0, static (_, uses) => uses - 1) == 0)
            {
                _uses.TryRemove(new KeyValuePair<string, int>(oldest, 0));
            }
        }
    }

    /// <summary>Those of the last deliveries, each once.</summary>
    public ImmutableArray<string> Take() => [.. _uses.Keys];
}
