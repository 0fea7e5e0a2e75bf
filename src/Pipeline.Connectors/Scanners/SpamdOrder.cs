using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>In which order servers are tried that are on duty.</summary>
internal static class SpamdOrder
{
    /// <param name="timeOfDay">Local: a server off duty is left out.</param>
    /// <param name="draw">Gives a number from 0 to below its argument.</param>
    public static List<SpamdServer> Of(IReadOnlyList<SpamdServer> servers, TimeSpan timeOfDay, Func<long, long> draw) =>
        WeightedOrder.Of(servers.Where(server => server.IsOnDuty(timeOfDay)), static server => server.Priority, static server => server.Weight, draw);
}
