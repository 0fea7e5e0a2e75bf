using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>Waits until the nodes of a cluster have taken up a policy, and says who has not and why.</summary>
internal static class SwitchWait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <returns>The nodes that run, as they were when all had switched or said why not, or when the time was over.</returns>
    public static async Task<ImmutableArray<NodePolicy>> ForAsync(
        IPolicyRegistry registry, int number, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            ImmutableArray<NodePolicy> nodes = [.. (await registry.ReadNodesAsync(cancellationToken)).Where(node => node.Runs)];
            if (nodes.All(node => node.Wanted >= number) || time.GetElapsedTime(begin) >= atMost)
            {
                return nodes;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <returns>Whether all of them run the policy, or a later one.</returns>
    public static bool Print(TextWriter output, IReadOnlyList<NodePolicy> nodes, int number)
    {
        if (nodes.Count == 0)
        {
            output.WriteLine("no node runs");
        }

        foreach (var node in nodes)
        {
            output.WriteLine(Describe(node, number));
        }

        return nodes.All(node => node.Number >= number);
    }

    private static string Describe(NodePolicy node, int number) => node switch
    {
        _ when node.Number >= number => string.Create(CultureInfo.InvariantCulture, $"  {node.Node}: runs policy {node.Number}"),
        { Problem: { } problem } when node.Wanted >= number =>
            string.Create(CultureInfo.InvariantCulture, $"  {node.Node}: stays with policy {node.Number}: {problem.ReplaceLineEndings("\n    ")}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"  {node.Node}: still runs policy {node.Number}"),
    };
}
