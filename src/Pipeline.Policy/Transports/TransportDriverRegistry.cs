using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Transports;

/// <summary>Names every transport driver once.</summary>
internal static class TransportDriverRegistry
{
    private static readonly Dictionary<string, Func<DriverOptions, TransportDefinition>> Drivers = new(StringComparer.Ordinal)
    {
        ["appendfile"] = static options => new AppendfileTransportDefinition(options),
        ["autoreply"] = static options => new AutoreplyTransportDefinition(options),
        ["lmtp"] = static options => new LmtpTransportDefinition(options),
        ["pipe"] = static options => new PipeTransportDefinition(options),
        ["queuefile"] = static options => new QueuefileTransportDefinition(options),
        ["smtp"] = static options => new SmtpTransportDefinition(options),
    };

    /// <returns>Null for a driver that does not exist; a problem says so.</returns>
    public static TransportDefinition? Create(DriverOptions options, ICollection<ConfigurationProblem> problems)
    {
        if (Drivers.TryGetValue(options.Driver, out var create))
        {
            return create(options);
        }

        problems.Add(options.Driver.Length == 0
            ? new ConfigurationProblem($"no driver defined for transport \"{options.Name}\"", options.Block.Location)
            : new ConfigurationProblem($"transport {options.Name}: cannot find transport driver \"{options.Driver}\"", options.Block.Location));
        return null;
    }
}
