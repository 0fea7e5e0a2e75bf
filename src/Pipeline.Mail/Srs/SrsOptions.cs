using System.Collections.Immutable;

namespace Pipeline.Mail.Srs;

/// <summary>How addresses are written and accepted by the Sender Rewriting Scheme.</summary>
/// <param name="Secrets">The first one signs, all of them are accepted; octets, of which each has <see cref="MaxSecret"/> at most.</param>
public sealed record SrsOptions(ImmutableArray<string> Secrets)
{
    /// <summary>Octets of a secret that count.</summary>
    public const int MaxSecret = 31;

    public const int MaxHashLength = 20;
    public const int MaxMaximumAge = 365;

    /// <summary>Characters of the hash in a new address, 1 to <see cref="MaxHashLength"/>.</summary>
    public int HashLength { get; init; } = 6;

    /// <summary>Characters that a hash must have to be accepted.</summary>
    public int HashMinimum { get; init; } = 6;

    /// <summary>Days that an address lives, 1 to <see cref="MaxMaximumAge"/>.</summary>
    public int MaximumAge { get; init; } = 31;

    /// <summary>Whether an address says when it was made; without, it lives for ever.</summary>
    public bool UsesTimestamp { get; init; } = true;

    /// <summary>Whether an address of the first hop has a hash; without, anybody can make one.</summary>
    public bool UsesHash { get; init; } = true;
}
