using System.Collections.Immutable;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>Verifies the DKIM signatures of one message while it is received (RFC 6376 section 6).</summary>
/// <remarks>
/// Made when the header is complete, which settles which body hashes are needed and which keys: <see cref="StartLookups"/> may ask for them at once.
/// Then <see cref="Append"/> for the body, then <see cref="CompleteAsync"/>. One flow of control at a time.
/// </remarks>
public sealed class DkimVerifier : IDisposable
{
    private readonly HeaderBlock _header;
    private readonly DkimLimits _limits;
    private readonly DkimSignatureCheck _check;
    private readonly BodyHashSet _bodyHashes;
    private readonly bool _ownsBodyHashes;
    private readonly List<Candidate> _candidates = [];
    private readonly DkimKeyLookups _keys;

    /// <param name="keys">Parsed keys of all messages; one for the process.</param>
    /// <param name="bodyHashes">A set shared with other verifiers of the same message, which its owner feeds; null for one of its own.</param>
    public DkimVerifier(HeaderBlock header, TimeProvider time, DkimKeyCache keys, DkimLimits? limits = null, BodyHashSet? bodyHashes = null)
    {
        _header = header;
        _limits = limits ?? DkimLimits.Default;
        _keys = new DkimKeyLookups(_limits, _limits.MaxKeys);
        _check = new DkimSignatureCheck(keys, _limits, time.GetUtcNow());
        _ownsBodyHashes = bodyHashes is null;
        _bodyHashes = bodyHashes ?? new BodyHashSet(_limits.MaxBodyHashes);
        foreach (var index in header.IndexesOf("dkim-signature"))
        {
            _candidates.Add(_candidates.Count < _limits.MaxSignatures ? Prepare(index) : new Candidate(index, null, 0, OverLimit));
        }
    }

    /// <summary>DKIM-Signature fields in the message.</summary>
    public int SignatureCount => _candidates.Count;

    private static DkimResult OverLimit { get; } =
        new(DkimVerdict.Neutral, "", "", null, "", 0, "not examined: the message has too many signatures") { Failure = DkimFailure.OverLimit };

    /// <summary>Asks for every key that is needed, so that the answers come while the body does.</summary>
    public void StartLookups(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        foreach (var candidate in _candidates)
        {
            if (candidate.Signature is { } signature)
            {
                _ = _keys.Ask(resolver, signature.KeyName, cancellationToken);
            }
        }
    }

    /// <summary>The next octets of the body, in pieces of any size. Not to be called when the set of body hashes is shared.</summary>
    public void Append(ReadOnlySpan<byte> body) => _bodyHashes.Append(body);

    /// <summary>Says that the body is complete and waits for the keys.</summary>
    /// <returns>One result for each DKIM-Signature field, from the top.</returns>
    public async ValueTask<ImmutableArray<DkimResult>> CompleteAsync(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        _bodyHashes.Finish();
        StartLookups(resolver, cancellationToken);
        var results = ImmutableArray.CreateBuilder<DkimResult>(_candidates.Count);
        foreach (var candidate in _candidates)
        {
            if (candidate.Signature is not { } signature)
            {
                results.Add(candidate.Result!);
                continue;
            }

            var key = await _keys.Ask(resolver, signature.KeyName, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            results.Add(_check.Verify(_header, candidate.Index, signature, key, _bodyHashes.Read(candidate.BodyHash)));
        }

        return results.MoveToImmutable();
    }

    public void Dispose()
    {
        if (_ownsBodyHashes)
        {
            _bodyHashes.Dispose();
        }
    }

    /// <summary>Everything that can be refused without DNS and without the body is refused here.</summary>
    private Candidate Prepare(int index)
    {
        var signature = DkimSignatureParser.Parse(_header[index].Value, _limits, out var refusal);
        if (signature is null)
        {
            return new Candidate(index, null, 0, refusal);
        }

        if (!(signature.Algorithm == DkimAlgorithm.RsaSha256 ? _limits.AcceptsRsa : _limits.AcceptsEd25519))
        {
            return new Candidate(index, null, 0, DkimSignatureCheck.Refuse(
                signature, DkimVerdict.Policy, DkimFailure.NotAccepted, "signatures with this algorithm are not accepted here"));
        }

        if (_check.RefuseByDate(signature) is { } expired)
        {
            return new Candidate(index, null, 0, expired);
        }

        return _bodyHashes.TryRequest(signature.BodyForm, signature.BodyLength, out var hash)
            ? new Candidate(index, signature, hash, null)
            : new Candidate(index, null, 0, DkimSignatureCheck.Refuse(
                signature, DkimVerdict.Neutral, DkimFailure.OverLimit, "not examined: too many different body lengths are signed"));
    }

    /// <param name="Signature">Null when <paramref name="Result"/> is settled already.</param>
    private sealed record Candidate(int Index, DkimSignature? Signature, int BodyHash, DkimResult? Result);
}
