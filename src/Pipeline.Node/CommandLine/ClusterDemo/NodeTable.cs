using System.Globalization;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>The nodes as the database has them, a line each.</summary>
internal static class NodeTable
{
    public static void Print(TextWriter output, ImmutableArray<NodeView> nodes)
    {
        output.WriteLine("  node      epoch  state     process  lock  policy  active  connections  ended");
        foreach (var node in nodes)
        {
            var state = node.Unreachable ? "silent" : node.State.ToString().ToLowerInvariant();
            var (active, connections) = node.EndedBy is null ? ($"{node.Report.Load.Active}", $"{node.Report.Load.Connections}") : ("", ""); // what a dead node said last is over
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {node.Name,-8}  {node.Epoch,5}  {state,-8}  {node.Process,7}  {(node.LockHeld ? "held" : "-"),-4}  {node.Report.Policy,6}  {active,6}  {connections,11}  {Ended(node)}").TrimEnd());
        }
    }

    private static string Ended(NodeView node) => node.EndedBy is null ? "" : $"by {node.EndedBy}: {node.Reason}";
}
