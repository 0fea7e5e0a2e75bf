namespace Pipeline.Connectors;

/// <summary>In which order several servers for one thing are tried: by priority from the highest, and within one by chance, weighted.</summary>
internal static class WeightedOrder
{
    /// <param name="draw">Gives a number from 0 to below its argument.</param>
    public static List<T> Of<T>(IEnumerable<T> servers, Func<T, int> priority, Func<T, int> weight, Func<long, long> draw)
    {
        List<T> order = [];
        foreach (var group in servers.GroupBy(priority).OrderByDescending(group => group.Key))
        {
            var left = group.ToList();
            while (left.Count > 0)
            {
                var next = Choose(left, weight, draw);
                order.Add(left[next]);
                left.RemoveAt(next);
            }
        }

        return order;
    }

    private static int Choose<T>(List<T> servers, Func<T, int> weight, Func<long, long> draw)
    {
        var sum = servers.Sum(server => (long)weight(server));
        if (sum == 0)
        {
            return 0;
        }

        var at = draw(sum);
        for (var i = 0; i < servers.Count; i++)
        {
            at -= weight(servers[i]);
            if (at < 0)
            {
                return i;
            }
        }

        return servers.Count - 1;
    }
}
