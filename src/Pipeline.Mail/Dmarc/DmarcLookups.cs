using System.Text;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Dmarc;

/// <summary>Asks DNS for the policy records of one message, each name once.</summary>
internal sealed class DmarcLookups(IDnsResolver resolver, DmarcEvaluation evaluation)
{
    /// <summary>Records of one name looked at.</summary>
    private const int MaxRecords = 100;

    private const string Prefix = "_dmarc.";

    private readonly Dictionary<string, DmarcLookup> _answers = new(StringComparer.Ordinal);

    /// <summary>Questions asked so far.</summary>
    public int Queries { get; private set; }

    /// <summary>The record of a name: TXT at <c>_dmarc.</c> below it.</summary>
    public async ValueTask<DmarcLookup> PolicyOfAsync(string domain, CancellationToken cancellationToken)
    {
        if (_answers.TryGetValue(domain, out var known))
        {
            return known;
        }

        var name = Prefix + domain;
        if (!DnsName.IsQueryable(name))
        {
            return _answers[domain] = new DmarcLookup(null, null, $"{name} is no name that DNS can be asked for");
        }

        Queries++;
        var answer = await resolver.QueryAsync(name, DnsRecordType.Txt, cancellationToken).ConfigureAwait(false);
        return _answers[domain] = answer.IsTemporaryFailure
            ? new DmarcLookup(null, $"{name} cannot be looked up now: {answer.Reason ?? "no answer"}", null)
            : Read(name, answer);
    }

    /// <summary>Whether a name exists: DNS says anything but NXDOMAIN of it (RFC 8020). Null when it does not answer.</summary>
    public async ValueTask<bool?> ExistsAsync(string domain, CancellationToken cancellationToken)
    {
        Queries++;
        var answer = await resolver.QueryAsync(domain, DnsRecordType.A, cancellationToken).ConfigureAwait(false);
        return answer.IsTemporaryFailure ? null : answer.Outcome != DnsOutcome.NonExistentDomain;
    }

    private DmarcLookup Read(string name, DnsAnswer answer)
    {
        byte[]? only = null;
        foreach (var record in answer.Records.OfType<TextRecord>().Take(MaxRecords))
        {
            var text = Encoding.Latin1.GetBytes(record.Text);
            if (!DmarcRecordParser.IsDmarcRecord(text))
            {
                continue;
            }

            if (only is not null)
            {
                return new DmarcLookup(null, null, $"{name} has several records") { IsAmbiguous = true };
            }

            only = text;
        }

        return only is null ? new DmarcLookup(null, null, $"{name} has no record") : new DmarcLookup(DmarcRecordParser.Parse(only, evaluation), null, "");
    }
}

/// <summary>What asking for the record of one name came to.</summary>
/// <param name="Record">Null when there is none, or none that can be chosen.</param>
/// <param name="Failure">Why DNS could not be asked; null when it could.</param>
/// <param name="Absence">Why there is no record, in words.</param>
internal sealed record DmarcLookup(DmarcRecord? Record, string? Failure, string? Absence)
{
    /// <summary>There are several records, of which none counts.</summary>
    public bool IsAmbiguous { get; init; }
}
