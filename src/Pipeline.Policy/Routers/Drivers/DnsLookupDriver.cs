using Pipeline.Mail.Dns;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>driver = dnslookup</c>: the hosts of the domain's MX records, or the host of that name.</summary>
internal sealed class DnsLookupDriver(DriverOptions options) : RouterDriver
{
    private readonly MailList? _mxDomains = options.GetList("mx_domains", ListKind.Domain);
    private readonly MailList? _mxFailDomains = options.GetList("mx_fail_domains", ListKind.Domain);
    private readonly MailList? _srvFailDomains = options.GetList("srv_fail_domains", ListKind.Domain);
    private readonly ExpandableString? _checkSrv = options.GetExpandable("check_srv");
    private readonly MailList? _failDeferDomains = options.GetList("fail_defer_domains", ListKind.Domain);
    private readonly MailList? _ipv4Only = options.GetList("ipv4_only", ListKind.Domain);
    private readonly MailList? _ipv4Prefer = options.GetList("ipv4_prefer", ListKind.Domain);
    private readonly bool _checkSecondaryMx = options.GetBool("check_secondary_mx");
    private readonly bool _qualifySingle = options.GetBool("qualify_single", true);
    private readonly bool _searchParents = options.GetBool("search_parents");
    private readonly IReadOnlyList<string> _widenDomains = ListSyntax.Split(options.GetString("widen_domains") ?? "");

    public override async ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken)
    {
        if (run.Domain.StartsWith('['))
        {
            return new DriverVerdict.Decline("the domain is an IP address");
        }

        DriverVerdict declined = new DriverVerdict.Decline("");
        var search = run.Search with { Lookup = run.Router.HostLookup with { QualifySingle = _qualifySingle, SearchParents = _searchParents } };
        foreach (var name in search.Names(run.Domain).Concat(_widenDomains.Select(parent => $"{run.Domain}.{parent}")))
        {
            var verdict = await LookUpAsync(run, search, name, cancellationToken);
            if (verdict is not DriverVerdict.Decline)
            {
                return name == run.Domain ? verdict : new DriverVerdict.Redirect(
                    [run.Address with { Domain = name, Parent = run.Address, ParentRouter = run.Router.Name, StartRouter = null }], []);
            }

            declined = name == run.Domain ? verdict : declined;
        }

        return await IsInAsync(_failDeferDomains, run, run.Domain, cancellationToken)
            ? new DriverVerdict.Defer($"host lookup did not complete ({run.Domain} is in fail_defer_domains)")
            : declined;
    }

    private async ValueTask<DriverVerdict> LookUpAsync(RouteRun run, HostSearch names, string domain, CancellationToken cancellationToken)
    {
        var choice = new Ipv4Choice(
            await IsInAsync(_ipv4Only, run, domain, cancellationToken), await IsInAsync(_ipv4Prefer, run, domain, cancellationToken));
        var search = await names.AboutAsync(domain, cancellationToken);
        if (await ServiceAsync(run, search, domain, choice, cancellationToken) is { } verdict)
        {
            return verdict;
        }

        var answer = await RoutingQuery.AskAsync(search, domain, DnsRecordType.Mx, cancellationToken);
        if (answer.IsTemporaryFailure && !await IsInAsync(_mxFailDomains, run, domain, cancellationToken))
        {
            return TimedOut(run, answer.Reason ?? "no answer");
        }

        MailExchangeRecord[] records = [.. answer.Records.OfType<MailExchangeRecord>()];
        if (records.Length == 0)
        {
            return await AddressAsync(run, search, domain, choice, cancellationToken);
        }

        // RFC 7505.
        if (records.All(record => record.Exchange.Length == 0))
        {
            return new DriverVerdict.Fail($"domain {domain} does not accept mail (null MX)");
        }

        return Conclude(run, await MxFinder.FindAsync(search, records.Where(record => record.Exchange.Length > 0), answer.Authenticated, choice, cancellationToken));
    }

    /// <summary>SRV records stand for MX records where <c>check_srv</c> names a service.</summary>
    /// <returns>Null when there are none.</returns>
    private async ValueTask<DriverVerdict?> ServiceAsync(RouteRun run, HostSearch search, string domain, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        if (_checkSrv is null)
        {
            return null;
        }

        var service = await _checkSrv.ExpandAsync(run.Scope, cancellationToken);
        if (!service.IsSuccess)
        {
            return service.Outcome == ExpansionOutcome.ForcedFailure ? null : new DriverVerdict.Defer($"{run.Router.Name} router: failed to expand \"{_checkSrv.Source}\": {service.Message}");
        }

        if (service.Value.Trim() is not { Length: > 0 } name)
        {
            return null;
        }

        var answer = await RoutingQuery.AskAsync(search, $"_{name}._tcp.{domain}", DnsRecordType.Srv, cancellationToken);
        if (answer.IsTemporaryFailure && !await IsInAsync(_srvFailDomains, run, domain, cancellationToken))
        {
            return TimedOut(run, answer.Reason ?? "no answer");
        }

        ServiceRecord[] records = [.. answer.Records.OfType<ServiceRecord>()];
        return records switch
        {
            [] => null,
            [{ Target: "" or "." }] => new DriverVerdict.Decline($"an SRV record indicated no {name} service"),
            _ => Conclude(run, await ServiceFinder.FindAsync(search, records, answer.Authenticated, choice, cancellationToken)),
        };
    }

    private DriverVerdict Conclude(RouteRun run, MxHosts mx)
    {
        switch (mx.Outcome)
        {
            case HostFindOutcome.Deferred:
                return TimedOut(run, mx.Reason);
            case not HostFindOutcome.Found:
                return new DriverVerdict.Decline(mx.Reason);
        }

        if (_checkSecondaryMx && !mx.LocalIsSecondary)
        {
            return new DriverVerdict.Decline("local host is not a secondary MX");
        }

        return mx.LocalIsFirst && run.Router.Self.Apply(run, fromMx: true) is { } self ? self : new DriverVerdict.Accept(mx.Hosts);
    }

    private async ValueTask<DriverVerdict> AddressAsync(RouteRun run, HostSearch search, string domain, Ipv4Choice choice, CancellationToken cancellationToken)
    {
        if (await IsInAsync(_mxDomains, run, domain, cancellationToken))
        {
            return new DriverVerdict.Decline("no MX record, and the domain must have one (mx_domains)");
        }

        var found = await HostFinder.FindAsync(search, domain, choice, cancellationToken);
        switch (found.Outcome)
        {
            case HostFindOutcome.Deferred:
                return TimedOut(run, found.Reason);
            case not HostFindOutcome.Found:
                return new DriverVerdict.Decline(found.Reason);
        }

        if (_checkSecondaryMx)
        {
            return new DriverVerdict.Decline("local host is not a secondary MX");
        }

        return found.Addresses.Any(search.IsLocalAddress) && run.Router.Self.Apply(run, fromMx: false) is { } self
            ? self
            : new DriverVerdict.Accept([new RoutedHost(domain, found.Addresses) { AreAddressesSecure = found.IsAuthentic }]);
    }

    private static DriverVerdict TimedOut(RouteRun run, string reason) => run.Router.PassOnTimeout
        ? new DriverVerdict.Pass($"host lookup did not complete: {reason}")
        : new DriverVerdict.Defer("host lookup did not complete");

    private static async ValueTask<bool> IsInAsync(MailList? list, RouteRun run, string domain, CancellationToken cancellationToken) =>
        list is not null && (await list.MatchAsync(run.Scope, domain, cancellationToken)).IsMatch;
}
