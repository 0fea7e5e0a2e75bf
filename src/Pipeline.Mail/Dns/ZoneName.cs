using System.Collections.Immutable;

namespace Pipeline.Mail.Dns;

/// <summary>What a <see cref="ZoneResolver"/> knows of one name.</summary>
public sealed class ZoneName
{
    private readonly ImmutableArray<DnsRecord> _records;
    private readonly DnsAnswer? _failure;
    private readonly ImmutableArray<DnsRecordType> _failingTypes;

    /// <param name="failure">The answer to questions that the records do not decide; null for NODATA.</param>
    /// <param name="failingTypes">The types <paramref name="failure"/> is given for, even where there are records; default: every type.</param>
    public ZoneName(ImmutableArray<DnsRecord> records, DnsAnswer? failure = null, ImmutableArray<DnsRecordType> failingTypes = default)
    {
        _records = records;
        _failure = failure;
        _failingTypes = failingTypes;
    }

    /// <summary>The target of the CNAME record, if there is one.</summary>
    public string? Alias => RecordsOf(DnsRecordType.Cname) is [NameRecord alias, ..] ? alias.Target : null;

    /// <summary>Answers of this name count as vouched for by DNSSEC.</summary>
    public bool IsAuthentic { get; init; }

    internal DnsAnswer? Outcome(DnsRecordType type) => _failingTypes.IsDefault || _failingTypes.Contains(type) ? _failure : null;

    internal ImmutableArray<DnsRecord> RecordsOf(DnsRecordType type) => [.. _records.Where(r => r.Type == type)];
}
