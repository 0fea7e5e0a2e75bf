using System.Globalization;
using Pipeline.Node.CommandLine.Explain;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>Prints the outcome of a demonstration for a person.</summary>
internal static class DemoReport
{
    public static void Print(TextWriter output, DemoResult result)
    {
        var (totals, seconds) = (result.Totals, result.Elapsed.TotalSeconds);
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Submitted} messages, {result.Octets / 1_048_576.0:0.0} MiB, in {seconds:0.0} s: accepted, verified, stored, routed and delivered."));
        Section(output, "Received");
        Row(output, "messages accepted", totals.Messages);
        Row(output, "messages refused whole", totals.MessagesRefused);
        Row(output, "recipients accepted", totals.Recipients);
        Row(output, "recipients refused (relaying, unknown, forged)", totals.RecipientsRefused);
        Section(output, "Verified");
        foreach (var (check, count) in totals.Checks)
        {
            Row(output, check, count);
        }

        Section(output, "Recipients to deliver to");
        Row(output, "in envelopes", totals.Recipients);
        Row(output, "aliases replaced", -totals.Redirected);
        Row(output, "by the addresses behind them", totals.Children);
        Row(output, "notifications of failure to senders", totals.Notifications);
        Row(output, "duplicates, for one delivery each", -totals.Duplicates);
        Row(output, "together", totals.Recipients - totals.Redirected + totals.Children + totals.Notifications - totals.Duplicates);
        Section(output, "Became of them");
        foreach (var (transport, count) in totals.DeliveredBy)
        {
            Row(output, $"delivered by {transport}", count);
        }

        Row(output, "failed, the sender was told", totals.Failed);
        Row(output, "queued for a retry", totals.Queued);
        Row(output, "together", totals.Delivered + totals.Failed + totals.Queued);
        PrintChecks(output, result);
        PrintTimeline(output, totals);
    }

    private static void PrintChecks(TextWriter output, DemoResult result)
    {
        Section(output, "The account: journals against what clients, folders, next hop and queue show");
        foreach (var check in result.Checks)
        {
            var found = check.Holds ? "" : string.Create(CultureInfo.InvariantCulture, $"   NOT {check.Found}: {check.Found - check.Expected:+0;-0} ");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(check.Holds ? "ok" : "!!")}  {check.Expected,6}  {check.What}{found}"));
        }

        output.WriteLine();
        output.WriteLine(result.Balances ? "The numbers add up." : "The numbers do NOT add up: see the lines marked !!.");
    }

    /// <param name="kept">Whether the folder stays; commands on it make sense only then.</param>
    public static void PrintNext(TextWriter output, DemoWorld world, DemoResult result, bool kept)
    {
        output.WriteLine();
        if (!kept)
        {
            output.WriteLine($"The folder has been removed. To look around in one that stays: {Program()} demo --keep");
            output.WriteLine("Then the command explain tells of every other message too. README.md and ARCHITECTURE.md tell the rest.");
            return;
        }

        var (program, id) = (Program(), result.Totals.MostEventful?.Id.ToString() ?? "ID");
        output.WriteLine($"Everything is in {world.Folder}. Look around:");
        output.WriteLine($"  {program} explain --node {world.NodeFile} {id}");
        output.WriteLine($"  {program} explain --node {world.NodeFile} --sender bank.example");
        output.WriteLine($"  {program} queue list --node {world.NodeFile}");
        output.WriteLine($"  {program} config check {world.PolicyFile}");
        output.WriteLine($"  {program} run -C {world.PolicyFile} --node {world.NodeFile} -D DEMO_FOLDER={world.Folder}");
        output.WriteLine("The first tells of any id that the second or the third list, refused messages included; demo.conf is a commented gateway to start from;");
        output.WriteLine("the last runs this gateway again, on 127.0.0.1:2525. README.md and ARCHITECTURE.md tell the rest.");
        output.WriteLine($"Remove the folder with: rm -r {world.Folder}");
    }

    /// <summary>How to call this program from here.</summary>
    private static string Program()
    {
        const string Name = "mailpipeline";
        var path = Environment.ProcessPath;
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Contains(Path.GetDirectoryName(path));
        return path is null || onPath || Path.GetFileNameWithoutExtension(path) != Name ? Name : path;
    }

    private static void PrintTimeline(TextWriter output, DemoTotals totals)
    {
        if (totals.MostEventful is not { } message)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"What \"mailpipeline explain {message.Id}\" tells of the message to which most happened:");
        output.WriteLine();
        TimelinePrinter.Print(output, message.Id.ToString(), message.Journal, recipient: null);
    }

    private static void Section(TextWriter output, string title)
    {
        output.WriteLine();
        output.WriteLine(title);
    }

    private static void Row(TextWriter output, string what, int count) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,10}  {what}"));
}
