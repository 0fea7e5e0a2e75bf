namespace Pipeline.Node.Configuration;

/// <summary>Bounds of scanning. Which servers scan, <c>spamd_address</c> of the policy says; which nodes ask them, the role scanner.</summary>
public sealed record ScanSettings
{
    /// <summary>How many scans this node has done at the same time, for itself and for others; more are asked of others, or wait.</summary>
    public int Concurrent { get; init; } = 16;

    /// <summary>Octets of the largest message that is scanned for others.</summary>
    public long MaxMessageBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>How long a message may wait for its verdict, wherever it is scanned and however often that is tried.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);
}
