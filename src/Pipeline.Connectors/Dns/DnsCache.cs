using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>Answers by question, least recently used out first. Safe for many threads.</summary>
/// <remarks>Ages are counted on the monotonic clock. An expired success stays until it is too stale to be of use, or pushed out.</remarks>
internal sealed class DnsCache(int capacity, TimeSpan maximumStale, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DnsQuestion, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The answer, with what is left of its time to live; null if there is none or it has expired.</summary>
    public DnsAnswer? Find(DnsQuestion question)
    {
        var entry = Touch(question);
        if (entry is null)
        {
            return null;
        }

        var left = entry.Lifetime - timeProvider.GetElapsedTime(entry.StoredAt);
        return left > TimeSpan.Zero ? entry.Answer with { TimeToLive = left } : null;
    }

    /// <summary>A success that has expired, but not for longer than is tolerable (RFC 8767).</summary>
    public DnsAnswer? FindStale(DnsQuestion question)
    {
        var entry = Touch(question);
        return entry is { Answer.Outcome: DnsOutcome.Success } && timeProvider.GetElapsedTime(entry.ReceivedAt) <= entry.OriginalLifetime + maximumStale
            ? entry.Answer
            : null;
    }

    public void Store(DnsQuestion question, DnsAnswer answer)
    {
        var now = timeProvider.GetTimestamp();
        Put(new Entry(question, answer, now, answer.TimeToLive, now, answer.TimeToLive));
    }

    /// <summary>Gives a stale answer out for a while longer. Its true age goes on counting.</summary>
    public void Prolong(DnsQuestion question, TimeSpan lifetime)
    {
        if (Touch(question) is { } entry)
        {
            Put(entry with { StoredAt = timeProvider.GetTimestamp(), Lifetime = lifetime });
        }
    }

    private Entry? Touch(DnsQuestion question)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(question, out var node))
            {
                return null;
            }

            if (!ReferenceEquals(_byUse.First, node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }

            return node.Value;
        }
    }

    private void Put(Entry entry)
    {
        if (capacity == 0 || entry.Lifetime <= TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            if (_entries.Remove(entry.Question, out var old))
            {
                _byUse.Remove(old);
            }

            while (_entries.Count >= capacity && _byUse.Last is { } last)
            {
                _byUse.RemoveLast();
                _entries.Remove(last.Value.Question);
            }

            _entries.Add(entry.Question, _byUse.AddFirst(entry));
        }
    }

    /// <param name="StoredAt">Monotonic time from which <paramref name="Lifetime"/> counts.</param>
    /// <param name="ReceivedAt">Monotonic time at which the answer came from the server, from which <paramref name="OriginalLifetime"/> counts.</param>
    private sealed record Entry(
        DnsQuestion Question, DnsAnswer Answer, long StoredAt, TimeSpan Lifetime, long ReceivedAt, TimeSpan OriginalLifetime);
}
