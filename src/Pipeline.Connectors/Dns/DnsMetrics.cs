using System.Diagnostics.Metrics;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>What the resolver counts.</summary>
internal sealed class DnsMetrics : IDisposable
{
    private readonly Meter _meter = new("Pipeline.Connectors.Dns");
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _attempts;

    public DnsMetrics(Func<int> inFlight, Func<int> cached)
    {
        _lookups = _meter.CreateCounter<long>("dns.lookups", description: "Questions of the application, by where the answer came from.");
        _attempts = _meter.CreateCounter<long>("dns.attempts", description: "Queries sent to servers, by type and what became of them.");
        _meter.CreateObservableGauge("dns.in_flight", inFlight, description: "Questions waiting for servers.");
        _meter.CreateObservableGauge("dns.cache.entries", cached, description: "Answers in the cache.");
    }

    public void FromCache() => _lookups.Add(1, new KeyValuePair<string, object?>("source", "cache"));

    public void Joined() => _lookups.Add(1, new KeyValuePair<string, object?>("source", "joined"));

    public void FromServers(DnsOutcome outcome) =>
        _lookups.Add(1, new KeyValuePair<string, object?>("source", "servers"), new KeyValuePair<string, object?>("outcome", Name(outcome)));

    public void FromStale() => _lookups.Add(1, new KeyValuePair<string, object?>("source", "stale"));

    public void Asked(DnsRecordType type, DnsExchange exchange) =>
        _attempts.Add(1, new KeyValuePair<string, object?>("type", Name(type)), new KeyValuePair<string, object?>("status", Name(exchange.Status)));

    public void Dispose() => _meter.Dispose();

    private static string Name(DnsOutcome outcome) => outcome switch
    {
        DnsOutcome.Success => "success",
        DnsOutcome.NoData => "nodata",
        DnsOutcome.NonExistentDomain => "nxdomain",
        _ => "failure",
    };

    private static string Name(DnsExchangeStatus status) => status switch
    {
        DnsExchangeStatus.Answered => "answered",
        DnsExchangeStatus.TimedOut => "timeout",
        DnsExchangeStatus.Unreachable => "unreachable",
        DnsExchangeStatus.Malformed => "malformed",
        _ => "closed",
    };

    private static string Name(DnsRecordType type) => type switch
    {
        DnsRecordType.A => "A",
        DnsRecordType.Aaaa => "AAAA",
        DnsRecordType.Mx => "MX",
        DnsRecordType.Txt => "TXT",
        DnsRecordType.Ptr => "PTR",
        DnsRecordType.Tlsa => "TLSA",
        _ => "other",
    };
}
