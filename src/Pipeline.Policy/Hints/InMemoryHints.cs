namespace Pipeline.Policy.Hints;

/// <summary>Hints of this process, for what runs without a store. Bounded: when full, those are forgotten that were not changed for longest.</summary>
public sealed class InMemoryHints(int capacity = 100_000) : IHints
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Value, long Change)> _hints = new(StringComparer.Ordinal);
    private long _changes;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _hints.Count;
            }
        }
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_hints.GetValueOrDefault(key).Value);
        }
    }

    public ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var before = _hints.GetValueOrDefault(key).Value;
            var after = change(before);
            if (after is null)
            {
                _hints.Remove(key);
            }
            else if (!ReferenceEquals(before, after))
            {
                MakeRoom(before is null);
                _hints[key] = (after, ++_changes);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void MakeRoom(bool forNewOne)
    {
        if (forNewOne && _hints.Count >= capacity)
        {
            foreach (var (oldest, _) in _hints.OrderBy(static pair => pair.Value.Change).Take(Math.Max(1, capacity / 10)).ToList())
            {
                _hints.Remove(oldest);
            }
        }
    }
}
