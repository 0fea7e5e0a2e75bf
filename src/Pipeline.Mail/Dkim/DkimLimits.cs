namespace Pipeline.Mail.Dkim;

/// <summary>How much work one message may cause, and which signatures count.</summary>
public sealed record DkimLimits
{
    public static DkimLimits Default { get; } = new();

    /// <summary>DKIM-Signature fields looked at, from the top; the others are neutral. Fields that cannot be parsed count.</summary>
    public int MaxSignatures { get; init; } = 20;

    /// <summary>Distinct key records asked for.</summary>
    public int MaxKeys { get; init; } = 10;

    /// <summary>Distinct body hashes (canonicalisation and length).</summary>
    public int MaxBodyHashes { get; init; } = 8;

    /// <summary>Octets of a signature field or key record.</summary>
    public int MaxTagListBytes { get; init; } = 65535;

    /// <summary>Tags in one list.</summary>
    public int MaxTags { get; init; } = 100;

    /// <summary>Names in h=.</summary>
    public int MaxHeaderNames { get; init; } = 1000;

    /// <summary>Octets of the base64 text of p=.</summary>
    public int MaxKeyTextBytes { get; init; } = 4096;

    public bool AcceptsRsa { get; init; } = true;

    public bool AcceptsEd25519 { get; init; } = true;

    /// <summary>Smaller RSA keys never verify (RFC 8301 section 3.2).</summary>
    public int MinRsaBits { get; init; } = 1024;

    /// <summary>Larger RSA keys are refused: one verification costs as much as thousands of small ones.</summary>
    public int MaxRsaBits { get; init; } = 8192;

    /// <summary>How far the clocks of signer and verifier may differ, for t= and x=.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>TXT records of one key name looked at.</summary>
    public int MaxKeyRecords { get; init; } = 10;
}
