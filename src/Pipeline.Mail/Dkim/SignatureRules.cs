namespace Pipeline.Mail.Dkim;

/// <summary>In what the two kinds of fields that sign a message differ: DKIM-Signature (RFC 6376) and ARC-Message-Signature (RFC 8617 section 4.1.2).</summary>
internal sealed record SignatureRules
{
    public static SignatureRules Dkim { get; } = new() { HasVersion = true, HasIdentity = true };

    /// <summary>No v=; i= is the instance and is read with the set; seals come after the signature and cannot be signed by it.</summary>
    public static SignatureRules ArcMessageSignature { get; } = new() { ForbiddenName = "arc-seal" };

    /// <summary>v= must be 1; else it has no meaning.</summary>
    public bool HasVersion { get; private init; }

    /// <summary>i= is the identity of the signer.</summary>
    public bool HasIdentity { get; private init; }

    /// <summary>A name, in lower case, that h= may not list.</summary>
    public string? ForbiddenName { get; private init; }
}
