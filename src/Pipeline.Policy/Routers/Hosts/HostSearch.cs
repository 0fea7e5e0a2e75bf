using System.Net;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>For whom hosts are looked up, and what counts.</summary>
/// <param name="Ignored">Addresses that are passed over; null for none.</param>
internal sealed record HostSearch(EvaluationScope Scope, RouterServices Services, MailList? Ignored, HostLookupOptions Lookup)
{
    /// <summary>Answers that DNSSEC does not vouch for are none.</summary>
    public bool RequiresAuthentic { get; private init; }

    /// <summary>What the resolver says of DNSSEC counts.</summary>
    public bool BelievesDnssec { get; private init; }

    /// <summary>The names that one may stand for, in the order to try.</summary>
    public IEnumerable<string> Names(string name) => Lookup.Names(name, Scope.Environment.Dns.SearchDomains);

    /// <summary>The search for one name and all that it leads to.</summary>
    public async ValueTask<HostSearch> AboutAsync(string name, CancellationToken cancellationToken)
    {
        var requires = Lookup.RequireDnssec is { } required && (await required.MatchAsync(Scope, name, cancellationToken)).IsMatch;
        return this with
        {
            RequiresAuthentic = requires,
            BelievesDnssec = requires || (await Lookup.RequestDnssec.MatchAsync(Scope, name, cancellationToken)).IsMatch,
        };
    }

    /// <summary>Whether an address is one of this host's: mail sent there would come back.</summary>
    public bool IsLocalAddress(IPAddress address) =>
        Services.IsLocalAddress(address) || Services.ExtraLocalAddresses.Contains(address) || Scope.Environment.LocalAddresses.Contains(address);
}
