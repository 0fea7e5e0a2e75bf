namespace Pipeline.Actors.Delivery;

/// <summary>Which waiting delivery runs next: first come first served within a destination, destinations in turn, all within limits.</summary>
/// <remarks>
/// Pure. Without limits of its own a delivery costs the same however much waits. One whose limits are taken lets those behind it go first; a destination of which
/// the first <see cref="Looked"/> cannot run is set aside until a limited delivery ends.
/// </remarks>
internal sealed class DeliverySchedule<T>(int perDestination, int overall)
{
    /// <summary>Deliveries of one destination that are looked at for one that may run.</summary>
    private const int Looked = 32;

    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private readonly Queue<Destination> _turn = new();
    private readonly List<Destination> _aside = [];
    private int _running;

    public int Running => _running;

    public int Waiting { get; private set; }

    /// <param name="limits">Beside those of the destination and of all.</param>
    public void Enqueue(string destination, T item, ImmutableArray<DeliveryLimit> limits = default)
    {
        if (!_destinations.TryGetValue(destination, out var place))
        {
            place = new Destination();
            _destinations.Add(destination, place);
        }

        var entry = new Entry(item, limits.IsDefault ? [] : limits);
        place.Waiting.AddLast(entry);
        Waiting++;
        if (place.IsAside && IsFree(entry.Limits))
        {
            place.IsAside = false;
            _aside.Remove(place);
        }

        QueueForTurn(place);
    }

    /// <summary>Takes the next delivery that may run now. The caller ends it with <see cref="Release"/>.</summary>
    public bool TryTake(out T item)
    {
        while (_running < overall && _turn.TryDequeue(out var place))
        {
            place.InTurn = false;
            if (FirstFree(place) is not { } node)
            {
                place.IsAside = true;
                _aside.Add(place);
                continue;
            }

            place.Waiting.Remove(node);
            foreach (var limit in node.Value.Limits)
            {
                _taken[limit.Key] = _taken.GetValueOrDefault(limit.Key) + 1;
            }

            item = node.Value.Item;
            place.Running++;
            _running++;
            Waiting--;
            QueueForTurn(place);
            return true;
        }

        item = default!;
        return false;
    }

    /// <param name="limits">Those of the delivery that has ended.</param>
    public void Release(string destination, ImmutableArray<DeliveryLimit> limits = default)
    {
        var place = _destinations[destination];
        place.Running--;
        _running--;
        QueueForTurn(place);
        if (place is { Running: 0, Waiting.Count: 0 })
        {
            _destinations.Remove(destination);
        }

        if (!limits.IsDefaultOrEmpty)
        {
            Free(limits);
        }
    }

    private void Free(ImmutableArray<DeliveryLimit> limits)
    {
        foreach (var limit in limits)
        {
            if (--_taken[limit.Key] == 0)
            {
                _taken.Remove(limit.Key);
            }
        }

        foreach (var place in _aside)
        {
            place.IsAside = false;
            QueueForTurn(place);
        }

        _aside.Clear();
    }

    private LinkedListNode<Entry>? FirstFree(Destination place)
    {
        var node = place.Waiting.First;
        for (var looked = 0; node is not null && looked < Looked; looked++, node = node.Next)
        {
            if (IsFree(node.Value.Limits))
            {
                return node;
            }
        }

        return null;
    }

    private bool IsFree(ImmutableArray<DeliveryLimit> limits)
    {
        foreach (var limit in limits)
        {
            if (_taken.GetValueOrDefault(limit.Key) >= limit.Max)
            {
                return false;
            }
        }

        return true;
    }

    private void QueueForTurn(Destination place)
    {
        if (!place.InTurn && !place.IsAside && place.Waiting.Count > 0 && place.Running < perDestination)
        {
            place.InTurn = true;
            _turn.Enqueue(place);
        }
    }

    private sealed record Entry(T Item, ImmutableArray<DeliveryLimit> Limits);

    private sealed class Destination
    {
        public LinkedList<Entry> Waiting { get; } = new();

        public int Running { get; set; }

        public bool InTurn { get; set; }

        /// <summary>None of the first that wait may run: it has no turn until a limit is free.</summary>
        public bool IsAside { get; set; }
    }
}

/// <summary>A bound that deliveries to several destinations share.</summary>
/// <param name="Key">Deliveries with the same key count together; all of them name the same bound.</param>
/// <param name="Max">At least 1.</param>
public readonly record struct DeliveryLimit(string Key, int Max);
