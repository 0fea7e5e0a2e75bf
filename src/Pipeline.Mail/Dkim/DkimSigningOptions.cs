using System.Collections.Immutable;
using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Dkim;

/// <summary>How to make one signature.</summary>
public sealed record DkimSigningOptions
{
    /// <summary>d=. U-labels are converted.</summary>
    public required string Domain { get; init; }

    /// <summary>s=.</summary>
    public required string Selector { get; init; }

    public required DkimPrivateKey Key { get; init; }

    public CanonicalForm HeaderForm { get; init; } = CanonicalForm.Relaxed;

    public CanonicalForm BodyForm { get; init; } = CanonicalForm.Relaxed;

    /// <summary>Which fields to sign.</summary>
    public DkimHeaderList Headers { get; init; } = DkimHeaderList.Default;

    /// <summary>i=; null to leave it out.</summary>
    public string? Identity { get; init; }

    /// <summary>Write t=.</summary>
    public bool Timestamp { get; init; }

    /// <summary>Write x= this long after t=; null for a signature that does not expire.</summary>
    public TimeSpan? Lifetime { get; init; }
}
