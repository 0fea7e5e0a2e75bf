namespace Pipeline.Node.Scanning;

/// <summary>Another node that scans, as this one knows it.</summary>
internal sealed class ScannerNode(string name)
{
    private int _outstanding;
    private int _reported;
    private int _outstandingAtReport;
    private long _failedAt;

    public string Name => name;

    /// <summary>Where it is asked: <c>host:port</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>How many scans it has, as far as can be told: what it reported, and what this node has asked of it or got back since.</summary>
    public int Load
    {
        get
        {
            var outstanding = Volatile.Read(ref _outstanding);
            return Math.Max(outstanding, Volatile.Read(ref _reported) + outstanding - Volatile.Read(ref _outstandingAtReport));
        }
    }

    /// <summary>By <see cref="TimeProvider.GetTimestamp"/>; 0 when it has not failed since it last answered.</summary>
    public long FailedAt => Volatile.Read(ref _failedAt);

    public void Reported(string address, int scans)
    {
        Address = address;
        if (Interlocked.Exchange(ref _reported, scans) != scans)
        {
            Volatile.Write(ref _outstandingAtReport, Volatile.Read(ref _outstanding));
        }
    }

    public void Begin() => Interlocked.Increment(ref _outstanding);

    public void End() => Interlocked.Decrement(ref _outstanding);

    public void Failed(long now) => Volatile.Write(ref _failedAt, now);

    public void Answered() => Volatile.Write(ref _failedAt, 0);
}
