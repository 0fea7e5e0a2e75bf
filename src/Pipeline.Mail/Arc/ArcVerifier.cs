using System.Collections.Immutable;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Arc;

/// <summary>Verifies the Authenticated Received Chain of one message while it is received (RFC 8617 section 5.2).</summary>
/// <remarks>
/// Made when the header is complete: the structure of the chain, the body hashes and the keys are known then, and <see cref="StartLookups"/> may ask at once.
/// Then <see cref="Append"/> for the body, then <see cref="CompleteAsync"/>. One flow of control at a time. At most one signature for each ARC-Message-Signature
/// and one for each ARC-Seal is computed.
/// </remarks>
public sealed class ArcVerifier : IDisposable
{
    private readonly HeaderBlock _header;
    private readonly ArcLimits _limits;
    private readonly DkimKeyCache _keyCache;
    private readonly DkimSignatureCheck _check;
    private readonly BodyHashSet _bodyHashes;
    private readonly bool _ownsBodyHashes;
    private readonly DkimKeyLookups _keys;
    private readonly ArcChain _chain;

    /// <summary>The message signature of each set, from instance 1.</summary>
    private readonly MessageSignature[] _signatures;

    /// <param name="keys">Parsed keys of all messages; one for the process.</param>
    /// <param name="bodyHashes">
    /// A set shared with other verifiers of the same message, which its owner feeds, with room for <see cref="ArcLimits.MaxBodyHashes"/>; null for one of its own.
    /// </param>
    public ArcVerifier(HeaderBlock header, TimeProvider time, DkimKeyCache keys, ArcLimits? limits = null, BodyHashSet? bodyHashes = null)
    {
        _header = header;
        _limits = limits ?? ArcLimits.Default;
        _keyCache = keys;
        _check = new DkimSignatureCheck(keys, _limits.Dkim, time.GetUtcNow());
        _keys = new DkimKeyLookups(_limits.Dkim, 2 * ArcLimits.MaxInstances);
        _ownsBodyHashes = bodyHashes is null;
        _bodyHashes = bodyHashes ?? new BodyHashSet(ArcLimits.MaxBodyHashes);
        _chain = ArcChain.Collect(header, _limits);
        _signatures = _chain.Verdict is null ? new MessageSignature[_chain.Sets.Length] : [];
        for (var i = _signatures.Length - 1; i >= 0; i--)
        {
            _signatures[i] = Prepare(_chain.Sets[i], isNewest: i == _signatures.Length - 1);
        }
    }

    /// <summary>The result, when it depends on neither the body nor DNS: no chain, or one whose structure is wrong. Else null.</summary>
    public ArcResult? Settled => _chain.Verdict;

    /// <summary>Asks for the keys of the newest sets, so that the answers come while the body does.</summary>
    public void StartLookups(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var asked = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (_signatures is [.., { Signature: { } newest }])
        {
            Ask(newest.KeyName);
        }

        for (var i = _signatures.Length - 1; i >= 0; i--)
        {
            Ask(_chain.Sets[i].Seal!.KeyName);
        }

        void Ask(string keyName)
        {
            if (asked.Count < _limits.MaxEarlyKeys && asked.Add(keyName))
            {
                _ = _keys.Ask(resolver, keyName, cancellationToken);
            }
        }
    }

    /// <summary>The next octets of the body, in pieces of any size. Not to be called when the set of body hashes is shared.</summary>
    public void Append(ReadOnlySpan<byte> body) => _bodyHashes.Append(body);

    /// <summary>Says that the body is complete and waits for the keys.</summary>
    public async ValueTask<ArcResult> CompleteAsync(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        _bodyHashes.Finish();
        if (Settled is { } settled)
        {
            return settled;
        }

        StartLookups(resolver, cancellationToken);
        var newest = _signatures[^1];
        var result = new ArcResult(ArcState.Pass, "") { Instances = _chain.Instances, Selector = newest.Signature?.Selector ?? "" };
        var failure = await VerifyMessageSignatureAsync(newest, resolver, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            return Merge(result, failure);
        }

        result = result with { OldestPass = await FindOldestPassAsync(resolver, cancellationToken).ConfigureAwait(false) };
        failure = await VerifySealsAsync(resolver, cancellationToken).ConfigureAwait(false);
        return failure is null ? result with { Domains = [.. _signatures.Select(signature => signature.Domain)] } : Merge(result, failure);
    }

    public void Dispose()
    {
        if (_ownsBodyHashes)
        {
            _bodyHashes.Dispose();
        }
    }

    private static ArcResult Merge(ArcResult known, ArcResult failure) =>
        failure with { Instances = known.Instances, Selector = known.Selector, OldestPass = known.OldestPass };

    /// <summary>Everything that can be refused without DNS and without the body is refused here.</summary>
    private MessageSignature Prepare(ArcSet set, bool isNewest)
    {
        var signature = DkimSignatureParser.Read(set.MessageSignatureTags!, _limits.Dkim, SignatureRules.ArcMessageSignature, out var refusal);
        var domain = signature?.Domain ?? refusal!.Domain;
        if (signature is null)
        {
            return new MessageSignature(set, domain, null, 0, refusal);
        }

        if (_check.RefuseByDate(signature) is { } expired)
        {
            return new MessageSignature(set, domain, signature, 0, expired);
        }

        // Only the newest decides on the chain; an older one that leaves part of the body unsigned is not worth a hash of its own.
        return (isNewest || signature.BodyLength is null) && _bodyHashes.TryRequest(signature.BodyForm, signature.BodyLength, out var hash)
            ? new MessageSignature(set, domain, signature, hash, null)
            : new MessageSignature(set, domain, signature, 0, DkimSignatureCheck.Refuse(
                signature, DkimVerdict.Neutral, DkimFailure.OverLimit, "not examined: too many different body lengths are signed"));
    }

    /// <summary>Step 5: from the newest down to the first that does not verify any more.</summary>
    private async ValueTask<int> FindOldestPassAsync(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var oldest = _signatures.Length;
        while (oldest > 1 && await VerifyMessageSignatureAsync(_signatures[oldest - 2], resolver, cancellationToken).ConfigureAwait(false) is null)
        {
            oldest--;
        }

        return oldest;
    }

    /// <returns>Null when the signature verifies.</returns>
    private async ValueTask<ArcResult?> VerifyMessageSignatureAsync(MessageSignature candidate, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var instance = candidate.Set.Instance;
        if (candidate.Refusal is not null)
        {
            return Describe(candidate.Refusal, candidate.Set);
        }

        var signature = candidate.Signature!;
        var body = _bodyHashes.Read(candidate.BodyHash);
        if (!body.Digest.Span.SequenceEqual(signature.BodyHash.Span))
        {
            // Before its key is asked for: of a chain over a list that changes bodies, most old signatures end here.
            return ArcResult.Fail("AMS body hash miscompare", instance, "the body was changed after signing");
        }

        var key = await _keys.Ask(resolver, signature.KeyName, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        var result = _check.Verify(_header, candidate.Set.MessageSignatureIndex, signature, key, body);
        return result.Verdict == DkimVerdict.Pass ? null : Describe(result, candidate.Set);
    }

    /// <summary>Step 6: every seal must verify. All are hashed from instance 1 upwards, and verified from the newest down.</summary>
    private async ValueTask<ArcResult?> VerifySealsAsync(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var digests = DigestSeals();
        for (var i = digests.Length - 1; i >= 0; i--)
        {
            var set = _chain.Sets[i];
            var seal = set.Seal!;
            var answer = await _keys.Ask(resolver, seal.KeyName, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            var choice = VerificationKey.Choose(answer, seal.Algorithm, isInSubdomain: false, _keyCache, _limits.Dkim);
            if (choice.Key is not { } key)
            {
                return NoKey(choice.Verdict, set.Instance, choice.Reason);
            }

            if (!key.Verify(digests[i], seal.SignatureValue.Span))
            {
                return ArcResult.Fail("seal sigverify error", set.Instance, "an ARC set was changed after sealing, or the seal was made with another key");
            }
        }

        return null;
    }

    private byte[][] DigestSeals()
    {
        using var hash = new ArcSealHash();
        var digests = new byte[_chain.Sets.Length][];
        for (var i = 0; i < digests.Length; i++)
        {
            var set = _chain.Sets[i];
            hash.Append(_header[set.ResultsIndex]);
            hash.Append(_header[set.MessageSignatureIndex]);
            digests[i] = hash.DigestWith(_header[set.SealIndex], set.Seal!.SignatureExtent);
            hash.Append(_header[set.SealIndex]);
        }

        return digests;
    }

    private static ArcResult Describe(DkimResult result, ArcSet set) => result.Failure switch
    {
        DkimFailure.BodyHashMismatch => ArcResult.Fail("AMS body hash miscompare", set.Instance, result.Reason),
        DkimFailure.KeyUnavailable or DkimFailure.KeyMissing or DkimFailure.KeyInvalid or DkimFailure.KeyOverlong or DkimFailure.KeyTooShort =>
            NoKey(result.Verdict, set.Instance, result.Reason),
        DkimFailure.SignatureInvalid when !set.MessageSignatureTags!.HasAll("a", "b", "bh", "d", "h", "s") =>
            ArcResult.Fail("required tag missing", set.Instance, result.Reason),
        _ => ArcResult.Fail("AMS sig nonverify", set.Instance, result.Reason),
    };

    private static ArcResult NoKey(DkimVerdict verdict, int instance, string reason)
    {
        var failure = ArcResult.Fail("pubkey problem", instance, reason);
        return verdict == DkimVerdict.TempError ? failure with { State = ArcState.TempError } : failure;
    }

    /// <param name="Domain">d= where it could be read.</param>
    /// <param name="Refusal">Not null when the signature cannot verify, whatever body and key are.</param>
    private sealed record MessageSignature(ArcSet Set, string Domain, DkimSignature? Signature, int BodyHash, DkimResult? Refusal);
}
