using System.Collections.Immutable;

namespace Pipeline.Mail.Dkim;

/// <summary>A DKIM-Signature field that obeys RFC 6376 sections 3.5 and 6.1.1.</summary>
public sealed record DkimSignature
{
    public required DkimAlgorithm Algorithm { get; init; }

    /// <summary>b=, decoded.</summary>
    public required ReadOnlyMemory<byte> SignatureValue { get; init; }

    /// <summary>Where the value of b= lies within the value of the field.</summary>
    public required Range SignatureExtent { get; init; }

    /// <summary>bh=, decoded; 32 octets.</summary>
    public required ReadOnlyMemory<byte> BodyHash { get; init; }

    public CanonicalForm HeaderForm { get; init; }

    public CanonicalForm BodyForm { get; init; }

    /// <summary>d= with A-labels.</summary>
    public required string Domain { get; init; }

    /// <summary>s= with A-labels.</summary>
    public required string Selector { get; init; }

    /// <summary>h= in lower case, in order.</summary>
    public required ImmutableArray<string> HeaderNames { get; init; }

    /// <summary>i= decoded, its domain with A-labels; null when absent.</summary>
    public string? Identity { get; init; }

    /// <summary>The domain of i=, or of d= when i= is absent.</summary>
    public required string IdentityDomain { get; init; }

    /// <summary>l=; null when absent.</summary>
    public ulong? BodyLength { get; init; }

    /// <summary>t=, seconds since 1970; null when absent.</summary>
    public ulong? Created { get; init; }

    /// <summary>x=, seconds since 1970; null when absent.</summary>
    public ulong? Expires { get; init; }

    /// <summary>z= as written; null when absent. Not used in verification.</summary>
    public string? CopiedHeaders { get; init; }

    /// <summary>The name of the key record.</summary>
    public string KeyName => $"{Selector}._domainkey.{Domain}";
}
