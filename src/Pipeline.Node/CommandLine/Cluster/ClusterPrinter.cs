using System.Globalization;
using Pipeline.Node.Admin.Cluster;

namespace Pipeline.Node.CommandLine.Cluster;

/// <summary>Prints the cluster for people.</summary>
internal static class ClusterPrinter
{
    private const int AllRoles = 4;
    private const double Kibi = 1024;

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static void PrintNodes(TextWriter output, ClusterDocument document)
    {
        TextTable.Print(
            output,
            [" ", "NAME", "STATE", "ROLES", "EPOCH", "VERSION", "POLICY", "ACTIVE", "CONNECTIONS", "ADDRESS", "STARTED", "SEEN", "LOCK"],
            [.. document.Nodes.Select(node => (string[])
            [
                node.Name == document.Own?.Name ? "*" : " ",
                node.Name,
                State(node),
                Roles(node),
                Number(node.Epoch),
                node.Version,
                Number(node.Policy),
                Number(node.Active),
                Number(node.Connections),
                node.Address ?? "-",
                Time(node.Started),
                Time(node.Seen),
                node.LockHeld ? "held" : "none",
            ])]);
        PrintDifferences(output, document);
    }

    /// <summary>One node, and beside it what it says of itself.</summary>
    public static void PrintNode(TextWriter output, ClusterDocument document)
    {
        var (node, own) = (document.Nodes[0], document.Own);
        List<string[]> rows =
        [
            ["state", State(node), own?.State ?? ""],
            ["epoch", Number(node.Epoch), own is null ? "" : Number(own.Epoch)],
            ["policy", Number(node.Policy), own is null ? "" : Number(own.Policy)],
            ["lease", node.LeaseHeld ? OwnLease.Held : OwnLease.Lost, own?.Lease ?? ""],
            ["lock", node.LockHeld ? "held" : "none", ""],
            ["roles", Roles(node), ""],
            ["version", $"{node.Version}, wire {node.Wire}, stored {node.Stored}", ""],
            ["process", $"{Number(node.Process)} on {node.Host}", ""],
            ["address", node.Address ?? "-", ""],
            ["started", Time(node.Started), ""],
            ["seen", Time(node.Seen), ""],
            ["messages", Number(node.Active), ""],
            ["connections", Number(node.Connections), ""],
        ];
        if (node.Reason is { } reason)
        {
            rows.Add(["ended", $"{reason} ({node.EndedBy})", ""]);
        }

        TextTable.Print(output, [node.Name, "DATABASE", own is null ? "" : "ITS OWN VIEW"], rows);
        PrintDifferences(output, document);
    }

    public static void PrintRoles(TextWriter output, RolesDocument document)
    {
        if (document.Roles.Count == 0)
        {
            output.WriteLine("no role was ever held");
            return;
        }

        TextTable.Print(
            output,
            ["ROLE", "NODE", "EPOCH", "SINCE", ""],
            [.. document.Roles.Select(role => (string[])[role.Role, role.Node, Number(role.Epoch), Time(role.Since), role.Held ? "" : "not held now"])]);
    }

    public static void PrintLag(TextWriter output, LagDocument document)
    {
        TextTable.Print(
            output,
            ["STAGE", "WAITING", "OVERDUE", "OLDEST DUE", "CLAIMED"],
            [.. document.Stages.Select(stage => (string[])
                [stage.Stage, Number(stage.Waiting), Number(stage.Overdue), stage.OldestDueSeconds is { } age ? Seconds(age) : "-", Number(stage.Claimed)])]);
        output.WriteLine();
        TextTable.Print(
            output,
            ["NODE", "STATE", "CLAIMED", "LAST HEARD"],
            [.. document.Nodes.Select(node => (string[])[node.Name, node.State, Number(node.Claimed), Seconds(node.SeenSeconds) + " ago"])]);
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"queue {Size(document.Store.QueueBytes)}, bodies {Size(document.Store.ContentBytes)}, journals {Size(document.Store.JournalBytes)} in {document.Store.JournalPartitions} partitions"));
    }

    public static string Line(EventDocument e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Time(e.At)}  {e.Number,6}  {e.Node,-16} {e.Kind,-14} epoch {e.Epoch}{(e.By == e.Node ? "" : $", by {e.By}")}{(e.Detail.Length == 0 ? "" : $": {e.Detail}")}{(e.Messages == 0 ? "" : $" ({e.Messages} messages)")}");

    private static void PrintDifferences(TextWriter output, ClusterDocument document)
    {
        foreach (var difference in document.Differences)
        {
            output.WriteLine($"differs: {difference}");
        }
    }

    private static string State(NodeDocument node) => node.Unreachable ? node.State + " (unreachable)" : node.State;

    private static string Roles(NodeDocument node) => node.Roles.Count == AllRoles ? "all" : string.Join(',', node.Roles);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");

    private static string Size(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= Kibi && unit < Units.Length - 1)
        {
            (size, unit) = (size / Kibi, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }
}
