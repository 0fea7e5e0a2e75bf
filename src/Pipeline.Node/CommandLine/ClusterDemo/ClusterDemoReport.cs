using System.Globalization;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.CommandLine.Cluster;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>Prints the outcome of a demonstration for a person.</summary>
internal static class ClusterDemoReport
{
    public static void Print(TextWriter output, ClusterDemoResult result)
    {
        var account = result.Account;
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Messages} messages in {result.Elapsed.TotalSeconds:0.0} s through {result.Before.Length} nodes, one of which was killed half way."));
        Section(output, $"The cluster before {result.Killed} was killed");
        Show(output, result.Before);
        Section(output, "The cluster afterwards");
        Show(output, result.After);
        Section(output, "What was handed in");
        Row(output, account.Submitted, "submitted: tries of clients that reached a node");
        Row(output, account.Acknowledged, "acknowledged with 250");
        Row(output, account.Refused, "refused; nothing was promised");
        Row(output, account.InDoubt, string.Create(CultureInfo.InvariantCulture, $"in doubt: broken off without an answer and repeated by the client ({account.InDoubtTaken} had been taken all the same, RFC 1047)"));
        Section(output, "What became of it, by the files in the Maildirs");
        Row(output, account.Recipients, "recipients of what was acknowledged");
        Row(output, account.Delivered, "delivered");
        Row(output, account.Failed, "failed");
        Row(output, account.Queued, "queued");
        Row(output, account.Lost, "lost");
        Row(output, account.Duplicates, "duplicates");
        Section(output, "What the others took over");
        output.WriteLine(TakenOver(result));
        output.WriteLine();
        output.WriteLine(account.AddsUp ? "The account adds up: nothing lost, nothing twice." : "The account does NOT add up.");
        if (result.Noticed is null)
        {
            output.WriteLine($"The others did NOT end the life of {result.Killed}.");
        }
    }

    /// <param name="kept">Where everything is; null when it has been removed.</param>
    public static void PrintNext(TextWriter output, string? kept)
    {
        output.WriteLine();
        output.WriteLine(kept is null
            ? "Everything has been removed again; --keep leaves the mail and the logs of the nodes."
            : $"The mail and the logs of the nodes are in {kept}; remove them with: rm -r {kept}");
        output.WriteLine("A cluster by hand: docs/operations.md, with the files of cluster-config/local. How it works: ARCHITECTURE.md and docs/adr/0007 to 0009.");
    }

    // What "cluster show" prints.
    private static void Show(TextWriter output, ImmutableArray<NodeView> nodes) =>
        ClusterPrinter.PrintNodes(output, new ClusterDocument([.. nodes.Select(ClusterDocuments.Of)], null, []));

    private static string TakenOver(ClusterDemoResult result)
    {
        var noticed = result.Noticed is { } after
            ? string.Create(CultureInfo.InvariantCulture, $"  {after.TotalSeconds,6:0.00} s  until the others had ended the life of {result.Killed}")
            : $"  {result.Killed} was not missed";
        return result.FirstTakenOver is { } first
            ? string.Create(CultureInfo.InvariantCulture, $"{noticed}\n  {first.TotalSeconds,6:0.00} s  until another node delivered the first of its messages ({result.FirstTakenOverId})\n  {result.TakenOver,6}    messages that it had acknowledged were delivered by others")
            : $"{noticed}\n  it had delivered all that it had acknowledged: nothing was left to take over";
    }

    private static void Section(TextWriter output, string title)
    {
        output.WriteLine();
        output.WriteLine(title);
    }

    private static void Row(TextWriter output, int count, string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,8}  {what}"));
}
