namespace Pipeline.Actors.Delivery;

/// <summary>Which waiting delivery runs next: first come first served within a destination, destinations in turn, both within limits.</summary>
/// <remarks>Pure; every operation costs the same however much waits.</remarks>
internal sealed class DeliverySchedule<T>(int perDestination, int overall)
{
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly Queue<Destination> _turn = new();
    private int _running;

    public int Running => _running;

    public int Waiting { get; private set; }

    public void Enqueue(string destination, T item)
    {
        if (!_destinations.TryGetValue(destination, out var place))
        {
            place = new Destination();
            _destinations.Add(destination, place);
        }

        place.Waiting.Enqueue(item);
        Waiting++;
        QueueForTurn(place);
    }

    /// <summary>Takes the next delivery that may run now. The caller ends it with <see cref="Release"/>.</summary>
    public bool TryTake(out T item)
    {
        if (_running < overall && _turn.TryDequeue(out var place))
        {
            place.InTurn = false;
            item = place.Waiting.Dequeue();
            place.Running++;
            _running++;
            Waiting--;
            QueueForTurn(place);
            return true;
        }

        item = default!;
        return false;
    }

    public void Release(string destination)
    {
        var place = _destinations[destination];
        place.Running--;
        _running--;
        QueueForTurn(place);
        if (place is { Running: 0, Waiting.Count: 0 })
        {
            _destinations.Remove(destination);
        }
    }

    private void QueueForTurn(Destination place)
    {
        if (!place.InTurn && place.Waiting.Count > 0 && place.Running < perDestination)
        {
            place.InTurn = true;
            _turn.Enqueue(place);
        }
    }

    private sealed class Destination
    {
        public Queue<T> Waiting { get; } = new();

        public int Running { get; set; }

        public bool InTurn { get; set; }
    }
}
