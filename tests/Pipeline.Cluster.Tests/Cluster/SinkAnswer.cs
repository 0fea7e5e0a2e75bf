namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What the next hop says to a recipient; the first word of the recipient's local part.</summary>
internal enum SinkAnswer
{
    /// <summary>250, after a while.</summary>
    Far,

    /// <summary>250, after a longer while.</summary>
    Slow,

    /// <summary>450 to its first RCPT, later 250.</summary>
    Later,

    /// <summary>451 to its first final dot, later 250.</summary>
    Busy,

    /// <summary>550 to every RCPT.</summary>
    Gone,

    /// <summary>554 to every final dot.</summary>
    Unwanted,
}
