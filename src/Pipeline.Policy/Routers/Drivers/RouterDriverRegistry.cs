using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>Names every router driver once.</summary>
internal static class RouterDriverRegistry
{
    private static readonly Dictionary<string, Func<DriverOptions, RouterDriver>?> Drivers = new(StringComparer.Ordinal)
    {
        ["accept"] = static _ => new AcceptDriver(),
        ["dnslookup"] = static options => new DnsLookupDriver(options),
        ["ipliteral"] = static _ => new IpLiteralDriver(),
        ["manualroute"] = static options => new ManualRouteDriver(options),
        ["queryprogram"] = static options => new QueryProgramDriver(options),
        ["redirect"] = static options => new RedirectDriver(options),
        ["iplookup"] = null,
    };

    /// <returns>Null for a driver that does not exist, or is not available; a problem says which.</returns>
    public static RouterDriver? Create(DriverOptions options, ICollection<ConfigurationProblem> problems)
    {
        if (!Drivers.TryGetValue(options.Driver, out var create))
        {
            problems.Add(options.Driver.Length == 0
                ? new ConfigurationProblem($"no driver defined for router \"{options.Name}\"", options.Block.Location)
                : new ConfigurationProblem($"router {options.Name}: cannot find router driver \"{options.Driver}\"", options.Block.Location));
            return null;
        }

        if (create is null)
        {
            problems.Add(new ConfigurationProblem($"router {options.Name}: the router driver \"{options.Driver}\" is not available in this version", options.Block.Location, RouterOptionTable.Drivers[options.Driver].Support.Advice));
            return null;
        }

        return create(options);
    }
}
