using System.Net;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>driver = ipliteral</c>: addresses whose domain is an IP address in brackets.</summary>
internal sealed class IpLiteralDriver : RouterDriver
{
    public override async ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken)
    {
        if (!TryParse(run.Domain, out var address))
        {
            return new DriverVerdict.Decline("the domain is not an IP address");
        }

        var search = run.Search;
        var (kept, _, deferred) = await HostFinder.WithoutIgnoredAsync(search, run.Domain, [address], cancellationToken);
        if (deferred is not null)
        {
            return new DriverVerdict.Defer(deferred);
        }

        if (kept.IsEmpty)
        {
            return new DriverVerdict.Decline($"{address} is ignored");
        }

        if (search.IsLocalAddress(address) && run.Router.Self.Apply(run, fromMx: false) is { } self)
        {
            return self;
        }

        return new DriverVerdict.Accept([new RoutedHost(run.Domain, kept)]);
    }

    public static bool TryParse(string domain, out IPAddress address)
    {
        address = IPAddress.None;
        if (domain is not ['[', .., ']'])
        {
            return false;
        }

        var text = domain.AsSpan(1, domain.Length - 2);
        text = text.StartsWith("ipv6:", StringComparison.OrdinalIgnoreCase) ? text[5..] : text;
        return IPAddress.TryParse(text, out address!);
    }
}
