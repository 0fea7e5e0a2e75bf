using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Dkim;

/// <summary>The key that a signature is to be verified with, or why there is none (RFC 6376 section 6.1.2).</summary>
internal readonly record struct VerificationKey
{
    /// <summary>Null when the signature cannot be verified; then verdict, failure and reason say why.</summary>
    public DkimPublicKey? Key { get; private init; }

    public DkimKeyRecord? Record { get; private init; }

    public DkimVerdict Verdict { get; private init; }

    public DkimFailure Failure { get; private init; }

    public string Reason { get; private init; }

    /// <summary>Size of the key, also of one that may not be used; 0 when there is none.</summary>
    public int Bits { get; private init; }

    /// <param name="isInSubdomain">The signature speaks for a domain below d=, which t=s forbids.</param>
    public static VerificationKey Choose(DkimKeyAnswer answer, DkimAlgorithm algorithm, bool isInSubdomain, DkimKeyCache keys, DkimLimits limits)
    {
        if (answer.Record is not { } record)
        {
            return new VerificationKey { Verdict = answer.Verdict, Failure = answer.Failure, Reason = answer.Reason };
        }

        var refused = new VerificationKey { Record = record, Verdict = DkimVerdict.PermError, Failure = DkimFailure.KeyInvalid };
        if (record.KeyData.IsEmpty)
        {
            return refused with { Failure = DkimFailure.KeyMissing, Reason = "the key was revoked (p= is empty)" };
        }

        if (Misuse(record, algorithm, isInSubdomain) is { } misuse)
        {
            return refused with { Reason = misuse };
        }

        if (keys.Get(record.KeyType, record.KeyData.Span, out var problem) is not { } key)
        {
            return refused with { Reason = problem };
        }

        if (record.KeyType == DkimKeyType.Rsa && key.Bits < limits.MinRsaBits)
        {
            return refused with
            {
                Verdict = DkimVerdict.Policy,
                Failure = DkimFailure.KeyTooShort,
                Reason = $"the key is too short: {key.Bits} bits",
                Bits = key.Bits,
            };
        }

        return record.KeyType == DkimKeyType.Rsa && key.Bits > limits.MaxRsaBits
            ? refused with { Reason = $"the key is too long: {key.Bits} bits", Bits = key.Bits }
            : new VerificationKey { Key = key, Record = record, Reason = "", Bits = key.Bits };
    }

    private static string? Misuse(DkimKeyRecord record, DkimAlgorithm algorithm, bool isInSubdomain)
    {
        var wanted = algorithm == DkimAlgorithm.RsaSha256 ? DkimKeyType.Rsa : DkimKeyType.Ed25519;
        return record.KeyType != wanted ? "the type of the key does not belong to the algorithm of the signature"
            : record.RefusesSha256 ? "the key may not be used with SHA-256 (h=)"
            : record.IsForOtherService ? "the key is not for e-mail (s=)"
            : record.RequiresSameDomain && isInSubdomain ? "the key allows no subdomain in i= (t=s)"
            : null;
    }
}
