using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>How a router or a transport looks up the names of hosts.</summary>
public sealed record HostLookupOptions
{
    private const string Everything = "*";

    private HostLookupOptions(MailList requestDnssec, MailList? requireDnssec) => (RequestDnssec, RequireDnssec) = (requestDnssec, requireDnssec);

    /// <summary>What holds where nothing is set.</summary>
    public static HostLookupOptions Default { get; } = new(MailList.Compile(ListKind.Domain, Everything), null);

    /// <summary>dnssec_request_domains: for others no answer counts as authentic.</summary>
    public MailList RequestDnssec { get; }

    /// <summary>dnssec_require_domains: answers that DNSSEC does not vouch for are none.</summary>
    public MailList? RequireDnssec { get; }

    /// <summary>A name without a dot is completed with the first of the resolver's search domains.</summary>
    public bool QualifySingle { get; init; }

    /// <summary>All search domains are tried.</summary>
    public bool SearchParents { get; init; }

    /// <summary>The C library is asked, which knows <c>/etc/hosts</c>, and not the DNS.</summary>
    public bool ByName { get; init; }

    internal static HostLookupOptions Of(DriverOptions options) => new(
        options.GetList("dnssec_request_domains", ListKind.Domain) ?? Default.RequestDnssec, options.GetList("dnssec_require_domains", ListKind.Domain));

    /// <summary>The names that an abbreviation may stand for, in the order to try (resolv.conf(5), as the C library does with one dot wanted).</summary>
    public IEnumerable<string> Names(string name, IReadOnlyList<string> searchDomains)
    {
        var hasDot = name.Contains('.', StringComparison.Ordinal);
        IEnumerable<string> completed = (SearchParents, QualifySingle, hasDot) switch
        {
            (true, _, true) or (true, true, false) => searchDomains.Select(domain => $"{name}.{domain}"),
            (false, true, false) => searchDomains.Take(1).Select(domain => $"{name}.{domain}"),
            _ => [],
        };
        return name.EndsWith('.') ? [name] : hasDot ? completed.Prepend(name) : completed.Append(name);
    }
}
