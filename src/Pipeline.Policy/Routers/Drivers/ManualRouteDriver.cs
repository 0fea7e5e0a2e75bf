using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>driver = manualroute</c>: hosts that the operator names.</summary>
internal sealed class ManualRouteDriver : RouterDriver
{
    private readonly IReadOnlyList<RouteRule>? _rules;
    private readonly ExpandableString? _routeData;
    private readonly ExpandableBool _randomize;
    private readonly string _hostFindFailed;
    private readonly string _hostAllIgnored;

    public ManualRouteDriver(DriverOptions options)
    {
        var list = options.GetString("route_list");
        _routeData = options.GetExpandable("route_data");
        _rules = list is null ? null : RouteRule.ParseList(list);
        _randomize = ExpandableBool.Of(options, "hosts_randomize", false);
        _hostFindFailed = Choice(options, "host_find_failed", "freeze");
        _hostAllIgnored = Choice(options, "host_all_ignored", "defer");
        if (list is null == _routeData is null)
        {
            options.ReportFor("route_list or route_data (but not both) must be specified");
        }

        NamesTransport = (list ?? _routeData?.Source ?? "").AsSpan().Trim().ContainsAny(' ', '\t');
    }

    /// <summary>The transport may be among the options behind the hosts.</summary>
    public bool NamesTransport { get; }

    public override async ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken)
    {
        var (route, refusal) = await FindRouteAsync(run, cancellationToken);
        if (route is null)
        {
            return refusal!;
        }

        var (line, failure) = await RouteLine.ReadAsync(run, route, _routeData is not null, _randomize, cancellationToken);
        if (line is null)
        {
            return failure!;
        }

        var transport = line.Transport ?? (run.Router.Transport is { Constant: { } name } ? name : null);
        var isLocal = transport is not null && run.Services.Transports.TryGetValue(transport, out var known) && known.IsLocal;
        if (line.Hosts.Trim().Length == 0 || isLocal)
        {
            return line.Hosts.Trim().Length == 0 && _routeData is not null && !isLocal
                ? new DriverVerdict.Decline("route_data is empty")
                : new DriverVerdict.Accept([], line.Hosts, line.Transport);
        }

        return await ResolveAsync(run, line, _hostFindFailed, _hostAllIgnored, cancellationToken);
    }

    private async ValueTask<(string? Route, DriverVerdict? Refusal)> FindRouteAsync(RouteRun run, CancellationToken cancellationToken)
    {
        if (_rules is null)
        {
            return (_routeData!.Source, null);
        }

        foreach (var rule in _rules)
        {
            var match = await rule.Pattern.MatchAsync(run.Scope, run.Domain, cancellationToken);
            if (match.IsDeferred)
            {
                return (null, new DriverVerdict.Defer($"route_list: {match.Message}"));
            }

            if (match.IsMatch)
            {
                run.Scope.Transient.Value = match.Data;
                return (rule.Rest, null);
            }
        }

        return (null, new DriverVerdict.Decline("the domain is not in route_list"));
    }

    /// <summary>Finds the hosts of a route.</summary>
    /// <param name="hostFindFailed">As the option of that name; so is <paramref name="hostAllIgnored"/>.</param>
    public static async ValueTask<DriverVerdict> ResolveAsync(RouteRun run, RouteLine line, string hostFindFailed, string hostAllIgnored, CancellationToken cancellationToken)
    {
        var search = run.Search with { Lookup = run.Router.HostLookup with { ByName = line.ByName } };
        var hosts = ImmutableArray.CreateBuilder<RoutedHost>();
        var ignored = false;
        foreach (var group in HostListReader.Read(line.Hosts))
        {
            if (line.Randomize)
            {
                run.Services.Random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(group));
            }

            foreach (var entry in group)
            {
                var found = await HostEntryResolver.ResolveAsync(search, entry, line.Ipv4, cancellationToken);
                if (found.Outcome == HostFindOutcome.Deferred)
                {
                    return run.Router.PassOnTimeout ? new DriverVerdict.Pass(found.Reason) : new DriverVerdict.Defer($"lookup of host \"{entry.Name}\" failed in {run.Router.Name} router: {found.Reason}");
                }

                if (found.Outcome == HostFindOutcome.NotFound && hostFindFailed != "ignore")
                {
                    return Verdict(hostFindFailed, $"lookup of host \"{entry.Name}\" failed in {run.Router.Name} router");
                }

                ignored |= found.Outcome == HostFindOutcome.Ignored;
                foreach (var host in found.Hosts)
                {
                    if (!host.Addresses.Any(search.IsLocalAddress))
                    {
                        hosts.Add(host);
                        continue;
                    }

                    // Sending to oneself: as first host it is asked what that means; behind others the list ends here.
                    if (hosts.Count > 0)
                    {
                        return Accept(hosts, line);
                    }

                    if (run.Router.Self.Apply(run, host.MxPreference is not null) is { } self)
                    {
                        return self;
                    }

                    hosts.Add(host);
                }
            }
        }

        if (hosts.Count > 0)
        {
            return Accept(hosts, line);
        }

        return ignored
            ? Verdict(hostAllIgnored, $"lookup failed for all hosts in {run.Router.Name} router: all ignored")
            : new DriverVerdict.Decline("lookup failed for all hosts");
    }

    private static DriverVerdict.Accept Accept(ImmutableArray<RoutedHost>.Builder hosts, RouteLine line) => new(hosts.ToImmutable(), line.Hosts, line.Transport);

    private static DriverVerdict Verdict(string choice, string message) => choice switch
    {
        "decline" => new DriverVerdict.Decline(message),
        "defer" => new DriverVerdict.Defer(message),
        "fail" => new DriverVerdict.Fail(message),
        "pass" => new DriverVerdict.Pass(message),
        _ => new DriverVerdict.Defer(message, NeedsAttention: true, Freezes: true),
    };

    private static string Choice(DriverOptions options, string name, string unset)
    {
        var value = options.GetString(name) ?? unset;
        if (value is "freeze" or "decline" or "defer" or "fail" or "pass" || (value == "ignore" && name == "host_find_failed"))
        {
            return value;
        }

        options.ReportFor($"invalid setting for {name}: {value}");
        return unset;
    }
}
