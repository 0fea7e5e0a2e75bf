namespace Pipeline.Mail.Dkim;

/// <summary>The result words of RFC 8601 section 2.7.1. The numbers are stored.</summary>
public enum DkimVerdict
{
    None = 0,
    Pass = 1,
    Fail = 2,
    Policy = 3,
    Neutral = 4,
    TempError = 5,
    PermError = 6,
}

/// <summary>What verifying one DKIM-Signature field found (RFC 6376 section 6).</summary>
/// <param name="Domain">d=, or empty when the field could not be read.</param>
/// <param name="Selector">s=.</param>
/// <param name="Identity">i=, or null when absent.</param>
/// <param name="Algorithm">a=, such as rsa-sha256.</param>
/// <param name="KeyBits">Size of the key in bits, 0 when there was none.</param>
/// <param name="Reason">In words, for an operator.</param>
public sealed record DkimResult(
    DkimVerdict Verdict, string Domain, string Selector, string? Identity, string Algorithm, int KeyBits, string Reason)
{
    /// <summary>What kept the signature from passing.</summary>
    public DkimFailure Failure { get; init; }

    /// <summary>The signature field, when it could be read.</summary>
    public DkimSignature? Signature { get; init; }

    /// <summary>The key record, when one was found.</summary>
    public DkimKeyRecord? Key { get; init; }

    /// <summary>The key says t=y: a signature that fails is to be treated as if it were not there (RFC 6376 section 3.6.1).</summary>
    public bool IsTesting => Key is { IsTesting: true };

    /// <summary>The word of RFC 8601: none, pass, fail, policy, neutral, temperror, permerror.</summary>
    public string Word => Verdict switch
    {
        DkimVerdict.None => "none",
        DkimVerdict.Pass => "pass",
        DkimVerdict.Fail => "fail",
        DkimVerdict.Policy => "policy",
        DkimVerdict.Neutral => "neutral",
        DkimVerdict.TempError => "temperror",
        _ => "permerror",
    };
}
