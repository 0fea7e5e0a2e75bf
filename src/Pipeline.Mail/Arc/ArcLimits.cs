using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Arc;

/// <summary>How much work the chain of one message may cause.</summary>
public sealed record ArcLimits
{
    /// <summary>The highest instance that there can be (RFC 8617 section 4.2.1).</summary>
    public const int MaxInstances = 50;

    /// <summary>Kinds of body hashes that the message signatures of a chain ask for: whole bodies in two forms, and one that the newest limits by l=.</summary>
    public const int MaxBodyHashes = 3;

    public static ArcLimits Default { get; } = new();

    /// <summary>ARC fields of all kinds; a message with more has no chain that could be valid.</summary>
    public int MaxFields { get; init; } = 3 * MaxInstances;

    /// <summary>Keys asked for before it is known whether the newest sets verify; the others are asked for one by one.</summary>
    public int MaxEarlyKeys { get; init; } = 10;

    /// <summary>For tag lists and keys, which ARC shares with DKIM.</summary>
    public DkimLimits Dkim { get; init; } = DkimLimits.Default;
}
