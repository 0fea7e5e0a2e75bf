namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>Rates of this process. Bounded: when full, those longest without an event are forgotten.</summary>
public sealed class InMemoryRateLimitStore(int capacity = 100_000) : IRateLimitStore
{
    private const int MaxUniqueTexts = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public ValueTask<double> MeasureAsync(RateLimitEvent happened, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var entry = _entries.GetValueOrDefault(happened.Key);
            var counted = happened.Unique is { } text && entry is not null && entry.HasSeen(text, happened) ? happened with { Count = 0 } : happened;
            var rate = RateLimitFormula.Next(entry is null ? null : (entry.Rate, entry.At), counted);
            if (RateLimitFormula.Remembers(counted, rate))
            {
                entry ??= Add(happened.Key);
                entry.Rate = rate;
                entry.At = happened.Now;
                entry.See(happened);
            }

            return new(rate);
        }
    }

    private Entry Add(string key)
    {
        if (_entries.Count >= capacity)
        {
            foreach (var (oldest, _) in _entries.OrderBy(pair => pair.Value.At).Take(Math.Max(1, capacity / 10)).ToList())
            {
                _entries.Remove(oldest);
            }
        }

        return _entries[key] = new Entry();
    }

    private sealed class Entry
    {
        private HashSet<string>? _seen;
        private DateTimeOffset _seenSince;

        public double Rate { get; set; }

        public DateTimeOffset At { get; set; }

        public bool HasSeen(string text, RateLimitEvent happened) =>
            happened.Now - _seenSince < happened.Period && _seen is not null && _seen.Contains(text);

        public void See(RateLimitEvent happened)
        {
            if (happened.Unique is not { } text)
            {
                return;
            }

            if (_seen is null || happened.Now - _seenSince >= happened.Period)
            {
                _seen = new HashSet<string>(StringComparer.Ordinal);
                _seenSince = happened.Now;
            }

            if (_seen.Count < MaxUniqueTexts)
            {
                _seen.Add(text);
            }
        }
    }
}
