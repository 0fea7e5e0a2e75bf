using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pipeline.Mail.Dns;

/// <summary>Answers questions from a table in memory: for tests, demonstrations and the verification of stored messages.</summary>
/// <remarks>
/// A name that is absent does not exist (NXDOMAIN); a type that is absent from a name gives NODATA. CNAME chains are followed within the table,
/// at most <see cref="MaxChainLength"/> steps; a longer chain is a temporary failure, as a recursive resolver answers SERVFAIL.
/// </remarks>
public sealed class ZoneResolver(IReadOnlyDictionary<string, ZoneName> names) : IDnsResolver
{
    public const int MaxChainLength = 8;

    private readonly FrozenDictionary<string, ZoneName> _names = names.ToFrozenDictionary(
        e => DnsName.TrimFinalDot(e.Key).ToString(), e => e.Value, StringComparer.OrdinalIgnoreCase);

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Answer(name, type));
    }

    private DnsAnswer Answer(string name, DnsRecordType type)
    {
        var (current, authentic) = (name, true);
        for (var step = 0; step <= MaxChainLength; step++)
        {
            if (!DnsName.IsQueryable(current) || !_names.TryGetValue(DnsName.TrimFinalDot(current).ToString(), out var entry))
            {
                return DnsAnswer.NonExistentDomain;
            }

            authentic &= entry.IsAuthentic;
            if (entry.Outcome(type) is { } outcome)
            {
                return outcome with { Authenticated = authentic };
            }

            var records = entry.RecordsOf(type);
            if (!records.IsEmpty)
            {
                return new DnsAnswer(DnsOutcome.Success, records, authentic);
            }

            if (type == DnsRecordType.Cname || entry.Alias is not { } target)
            {
                return DnsAnswer.NoData with { Authenticated = authentic };
            }

            current = target;
        }

        return DnsAnswer.TemporaryFailure($"the CNAME chain of {name} is longer than {MaxChainLength}");
    }
}
