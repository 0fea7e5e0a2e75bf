using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Dkim;

/// <summary>What asking for a key record gave: a record, or the verdict to report without one.</summary>
public sealed record DkimKeyAnswer
{
    public DkimKeyRecord? Record { get; private init; }

    public DkimVerdict Verdict { get; private init; }

    public DkimFailure Failure { get; private init; }

    /// <summary>In words, when there is no record.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>Asks for the TXT records of a key name (RFC 6376 section 6.1.2) and picks the key among them.</summary>
    public static async ValueTask<DkimKeyAnswer> FetchAsync(
        IDnsResolver resolver, string keyName, DkimLimits limits, CancellationToken cancellationToken)
    {
        if (!DnsName.IsQueryable(keyName))
        {
            return Refuse(DkimVerdict.PermError, DkimFailure.SignatureInvalid, "s= and d= together are too long for a domain name");
        }

        var answer = await resolver.QueryAsync(keyName, DnsRecordType.Txt, cancellationToken).ConfigureAwait(false);
        return answer.Outcome switch
        {
            DnsOutcome.Success => Choose(answer, limits),
            DnsOutcome.TemporaryFailure => Refuse(
                DkimVerdict.TempError, DkimFailure.KeyUnavailable, $"the key record is not available now: {answer.Reason ?? "DNS failed"}"),
            DnsOutcome.NoData => Refuse(DkimVerdict.PermError, DkimFailure.KeyMissing, $"{keyName} has no key record"),
            _ => Refuse(DkimVerdict.PermError, DkimFailure.KeyMissing, $"{keyName} does not exist"),
        };
    }

    private static DkimKeyAnswer Choose(DnsAnswer answer, DkimLimits limits)
    {
        DkimKeyRecord? chosen = null;
        string? firstProblem = null;
        var overlong = false;
        foreach (var record in answer.Records.AsSpan()[..Math.Min(answer.Records.Length, limits.MaxKeyRecords)])
        {
            if (record is not TextRecord text)
            {
                continue;
            }

            if (!TryJoin(text, limits.MaxTagListBytes, out var octets))
            {
                overlong = true;
                continue;
            }

            if (!DkimKeyRecord.TryParse(octets, limits, out var key, out var looksLikeKey, out var problem))
            {
                firstProblem ??= looksLikeKey ? problem : null;
                continue;
            }

            if (chosen is not null)
            {
                // RFC 6376 section 3.6.2.2 leaves the result of several records undefined; choosing would let two verifiers disagree.
                return Refuse(DkimVerdict.PermError, DkimFailure.KeyInvalid, "there is more than one key record");
            }

            chosen = key;
        }

        return chosen is not null
            ? new DkimKeyAnswer { Record = chosen }
            : overlong
                ? Refuse(DkimVerdict.PermError, DkimFailure.KeyOverlong, "the key record is too long")
                : Refuse(DkimVerdict.PermError, DkimFailure.KeyInvalid, $"the key record cannot be used: {firstProblem ?? "it is no key record"}");
    }

    /// <summary>The strings of a record are joined without anything between them (RFC 6376 section 3.6.2.2).</summary>
    private static bool TryJoin(TextRecord record, int maxBytes, out byte[] octets)
    {
        octets = [];
        var length = 0L;
        foreach (var part in record.Strings)
        {
            length += part.Length;
        }

        if (length > maxBytes)
        {
            return false;
        }

        octets = new byte[length];
        var used = 0;
        foreach (var part in record.Strings)
        {
            part.Span.CopyTo(octets.AsSpan(used));
            used += part.Length;
        }

        return true;
    }

    internal static DkimKeyAnswer Refuse(DkimVerdict verdict, DkimFailure failure, string reason) =>
        new() { Verdict = verdict, Failure = failure, Reason = reason };
}
