using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>In which order servers are tried: by priority from the highest, and within one by chance, weighted.</summary>
internal static class SpamdOrder
{
    /// <param name="timeOfDay">Local: a server off duty is left out.</param>
    /// <param name="draw">Gives a number from 0 to below its argument.</param>
    public static List<SpamdServer> Of(IReadOnlyList<SpamdServer> servers, TimeSpan timeOfDay, Func<long, long> draw)
    {
        List<SpamdServer> order = [];
        foreach (var group in servers.Where(server => server.IsOnDuty(timeOfDay)).GroupBy(server => server.Priority).OrderByDescending(group => group.Key))
        {
            var left = group.ToList();
            while (left.Count > 0)
            {
                var next = Choose(left, draw);
                order.Add(left[next]);
                left.RemoveAt(next);
            }
        }

        return order;
    }

    private static int Choose(List<SpamdServer> servers, Func<long, long> draw)
    {
        var sum = servers.Sum(server => (long)server.Weight);
        if (sum == 0)
        {
            return 0;
        }

        var at = draw(sum);
        for (var i = 0; i < servers.Count; i++)
        {
            at -= servers[i].Weight;
            if (at < 0)
            {
                return i;
            }
        }

        return servers.Count - 1;
    }
}
