namespace Pipeline.Policy.Scanning;

/// <summary>One item of <c>spamd_address</c>: a server, what it speaks, and when to ask it.</summary>
/// <param name="Host">A name, an IP address, or the absolute path of a Unix socket.</param>
/// <param name="FirstPort">0 for a Unix socket.</param>
/// <param name="LastPort">Ports from the first to this one are tried in order; the same, or lower, for one that counts down.</param>
/// <remarks>Source: Exim specification, "Content scanning at ACL time".</remarks>
public sealed record SpamdServer(string Host, int FirstPort, int LastPort)
{
    public const int DefaultPriority = 1;
    public const int DefaultWeight = 1;

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(2);

    public SpamdVariant Variant { get; init; }

    public bool IsUnixSocket => Host.StartsWith('/');

    /// <summary>Servers of a higher one are tried first.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>Among servers of one priority: how often it comes first, in proportion to the others.</summary>
    public int Weight { get; init; } = DefaultWeight;

    /// <summary>The time of day from which on it is asked, and until when, in local time; all day when both are zero.</summary>
    public TimeSpan From { get; init; }

    public TimeSpan Until { get; init; }

    /// <summary>After how long a failed connection is tried once more; null for never.</summary>
    public TimeSpan? Retry { get; init; }

    /// <summary>How long one conversation may take.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <param name="timeOfDay">Local.</param>
    public bool IsOnDuty(TimeSpan timeOfDay) => From == Until
        || (From < Until ? timeOfDay >= From && timeOfDay <= Until : timeOfDay >= From || timeOfDay <= Until);

    public override string ToString() => IsUnixSocket ? Host : FirstPort == LastPort ? $"{Host} {FirstPort}" : $"{Host} {FirstPort}-{LastPort}";
}
