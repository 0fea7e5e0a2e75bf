using System.Globalization;
using System.Text;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A run in one table.</summary>
internal static class Summary
{
    private const int Width = 26;

    public static string Of(FaultRun run, TestCluster cluster)
    {
        var account = run.Account;
        var text = new StringBuilder();
        Row("nodes", cluster.Nodes.Count);
        Row("rounds", run.Rounds.Values.Sum());
        foreach (var (fault, rounds) in run.Rounds)
        {
            Row("  " + fault, rounds, fault == Fault.FullDisk ? cluster.WhyNoDisks : fault == Fault.LinkCut ? cluster.WhyNotWhole : null);
        }

        Row("messages acknowledged", run.Acknowledged);
        Row("recipients accepted", account.Accepted);
        Row("  delivered", account.Delivered);
        Row("  failed", account.Failed);
        Row("  queued", account.Queued);
        Row("  in doubt", account.InDoubt);
        Row("notifications", account.Notifications, "accepted, and so counted above");
        Row("doubts listed", account.Doubts);
        Row("lost", account.Lost);
        Row("duplicates, Maildir", account.DuplicatesBy(Transport.Maildir));
        Row("duplicates, queuefile", account.DuplicatesBy(Transport.Queuefile));
        Row("duplicates, SMTP", account.DuplicatesBy(Transport.Smtp));
        Row("refused at the dot, there", account.RefusedAndThere, "the client's repeat is a second message");
        foreach (var (fault, times) in run.TakeOvers)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{"take-over after " + fault,-Width} {times}");
        }

        return text.ToString();

        void Row(string what, int number, string? note = null) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"{what,-Width} {number,9}{(note is null ? "" : "  " + note)}");
    }
}
