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
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {node.Name,-8}  {node.Epoch,5}  {state,-8}  {node.Process,7}  {(node.LockHeld ? "held" : "-"),-4}  {node.Report.Policy,6}  {node.Report.Load.Active,6}  {node.Report.Load.Connections,11}  {Ended(node)}"));
        }
    }

    private static string Ended(NodeView node) => node.EndedBy is null ? "" : $"by {node.EndedBy}: {node.Reason}";
}
