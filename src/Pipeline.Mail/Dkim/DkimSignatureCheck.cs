using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>Decides on one signature, given its key record and the hash of the body (RFC 6376 section 6.1). No waiting, no state.</summary>
internal sealed class DkimSignatureCheck(DkimKeyCache keys, DkimLimits limits, DateTimeOffset now)
{
    private readonly ulong _now = (ulong)Math.Max(0, now.ToUnixTimeSeconds());
    private readonly ulong _skew = (ulong)limits.ClockSkew.TotalSeconds;

    /// <summary>The result for a signature whose x= has passed, else null.</summary>
    public DkimResult? RefuseByDate(DkimSignature signature) =>
        signature.Expires is { } expires && UInt128.CreateChecked(expires) + _skew < _now
            ? Refuse(signature, DkimVerdict.PermError, DkimFailure.Expired, "the signature has expired (x= has passed)")
            : null;

    public DkimResult Verify(HeaderBlock header, int index, DkimSignature signature, DkimKeyAnswer answer, BodyHash body)
    {
        var isInSubdomain = !signature.IdentityDomain.Equals(signature.Domain, StringComparison.OrdinalIgnoreCase);
        var choice = VerificationKey.Choose(answer, signature.Algorithm, isInSubdomain, keys, limits);
        if (choice is not { Key: { } key, Record: { } record })
        {
            return Refuse(signature, choice.Verdict, choice.Failure, choice.Reason, choice.Record) with { KeyBits = choice.Bits };
        }

        var result = CheckBody(signature, record, body)
            ?? CheckHeader(header, index, signature, record, key) ?? Accept(signature, record, body);
        return result with { KeyBits = key.Bits };
    }

    public static DkimResult Refuse(
        DkimSignature signature, DkimVerdict verdict, DkimFailure failure, string reason, DkimKeyRecord? key = null) =>
        Describe(signature, verdict, failure, key is { IsTesting: true } ? $"{reason} (the key is being tested: treat as unsigned)" : reason, key);

    private static DkimResult Describe(DkimSignature signature, DkimVerdict verdict, DkimFailure failure, string reason, DkimKeyRecord? key)
    {
        var algorithm = signature.Algorithm == DkimAlgorithm.RsaSha256 ? "rsa-sha256" : "ed25519-sha256";
        return new DkimResult(verdict, signature.Domain, signature.Selector, signature.Identity, algorithm, 0, reason)
        {
            Failure = failure,
            Signature = signature,
            Key = key,
        };
    }

    private static DkimResult? CheckBody(DkimSignature signature, DkimKeyRecord record, BodyHash body)
    {
        if (signature.BodyLength > body.CanonicalLength)
        {
            return Refuse(signature, DkimVerdict.PermError, DkimFailure.SignatureInvalid, "l= is greater than the length of the body", record);
        }

        return body.Digest.Span.SequenceEqual(signature.BodyHash.Span)
            ? null
            : Refuse(signature, DkimVerdict.Fail, DkimFailure.BodyHashMismatch, "body hash differs: the body was changed after signing", record);
    }

    private static DkimResult? CheckHeader(HeaderBlock header, int index, DkimSignature signature, DkimKeyRecord record, DkimPublicKey key)
    {
        var digest = HeaderHash.Compute(header, signature.HeaderNames, signature.HeaderForm, header[index], index, signature.SignatureExtent);
        return key.Verify(digest, signature.SignatureValue.Span)
            ? null
            : Refuse(signature, DkimVerdict.Fail, DkimFailure.SignatureMismatch,
                "signature does not match: signed header fields were changed after signing, or it was made with another key", record);
    }

    /// <summary>The signature is right; whether it counts is policy.</summary>
    private DkimResult Accept(DkimSignature signature, DkimKeyRecord record, BodyHash body)
    {
        if (signature.BodyLength < body.CanonicalLength)
        {
            // RFC 6376 section 8.2: whatever follows the signed part may have been added by anyone.
            return Describe(signature, DkimVerdict.Policy, DkimFailure.NotAccepted,
                $"the signature covers only the first {signature.BodyLength} of {body.CanonicalLength} octets of the body (l=)", record);
        }

        return signature.Created > _now + _skew
            ? Describe(signature, DkimVerdict.Policy, DkimFailure.NotAccepted, "the signature was made in the future (t=)", record)
            : Describe(signature, DkimVerdict.Pass, DkimFailure.None, record.IsTesting ? "verified (the key is being tested)" : "verified", record);
    }
}
