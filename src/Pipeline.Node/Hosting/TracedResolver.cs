using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Hosting;

/// <summary>Tells a trace of each question to the domain name system, and of its answer.</summary>
internal sealed class TracedResolver(IDnsResolver resolver, IPolicyTrace trace) : IDnsResolver
{
    /// <returns>The resolver itself when nobody wants to hear of it.</returns>
    public static IDnsResolver Of(IDnsResolver resolver, IPolicyTrace? trace) =>
        trace is not null && trace.Topics.HasFlag(PolicyTopics.Dns) ? new TracedResolver(resolver, trace) : resolver;

    public IReadOnlyList<string> SearchDomains => resolver.SearchDomains;

    public async ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        var answer = await resolver.QueryAsync(name, type, cancellationToken);
        trace.Write(PolicyTopics.Dns, $"DNS lookup of {OctetString.FromText(name)} ({type.ToString().ToUpperInvariant()}) " + answer.Outcome switch
        {
            DnsOutcome.Success => $"succeeded: {string.Join(", ", answer.Records.Select(Text))}",
            DnsOutcome.NoData => "gave NO_DATA",
            DnsOutcome.NonExistentDomain => "gave HOST_NOT_FOUND",
            _ => $"gave TRY_AGAIN{(answer.Reason is null ? "" : $": {OctetString.FromText(answer.Reason)}")}",
        });
        return answer;
    }

    private static string Text(DnsRecord record) => OctetString.FromText(record switch
    {
        AddressRecord address => address.Address.ToString(),
        MailExchangeRecord exchange => $"{exchange.Preference} {exchange.Exchange}",
        NameRecord name => name.Target,
        ServiceRecord service => $"{service.Priority} {service.Weight} {service.Port} {service.Target}",
        _ => record.ToString(),
    });
}
