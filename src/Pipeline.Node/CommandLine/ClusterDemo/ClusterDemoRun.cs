using System.Data.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Membership;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>Traffic through a running cluster of which one node is killed half way, and the account at the end.</summary>
internal sealed class ClusterDemoRun(IReadOnlyList<NodeProcess> nodes, LocalFiles files, string database, TextWriter progress, TimeProvider time)
{
    /// <summary>The name of the demonstration's own sessions.</summary>
    private const string Observer = "demo";

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>If something is still queued after so long, the account shows it.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(30);

    /// <exception cref="IOException">No node takes mail any more.</exception>
    /// <exception cref="DbException">The database is out of reach.</exception>
    public async Task<ClusterDemoResult> RunAsync(int messages, CancellationToken cancellationToken)
    {
        var options = new PostgresOptions { ConnectionString = database, Node = Observer, TimeProvider = time, Migrate = false };
        await using var cluster = await PostgresCluster.OpenAsync(options, new MembershipOptions(), NullLogger.Instance, cancellationToken);
        await using var store = await PostgresMessageStore.OpenAsync(options, NullLogger<PostgresMessageStore>.Instance, cancellationToken);
        var traffic = new ClusterTraffic(nodes, messages, time);
        var start = time.GetTimestamp();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(traffic, store, messages, start, watching.Token);
        try
        {
            var sending = traffic.SendAsync(watching.Token);
            var crash = CrashAsync(traffic, cluster, watching.Token);
            await Task.WhenAll(sending, crash);
            await SettleAsync(store, cancellationToken);
            var elapsed = time.GetElapsedTime(start);
            var (before, killed, noticed) = await crash;
            return await CloseAsync(traffic, cluster, store, new ClusterDemoResult
            {
                Messages = messages,
                Elapsed = elapsed,
                Before = before,
                Killed = nodes[^1].Name,
                Noticed = noticed,
                After = [],
                Account = ClusterAccount.Of([], new Dictionary<(string, string), int>(), new Dictionary<(string, string), bool>()),
            }, killed, cancellationToken);
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    /// <summary>Kills the last node in the middle of the traffic, and waits until the others have ended its life.</summary>
    /// <returns>The nodes before, when it was killed, and how long the others took; null when they did not notice.</returns>
    private async Task<(ImmutableArray<NodeView> Before, DateTimeOffset Killed, TimeSpan? Noticed)> CrashAsync(
        ClusterTraffic traffic, PostgresCluster cluster, CancellationToken cancellationToken)
    {
        await traffic.Half.WaitAsync(cancellationToken);
        var before = await cluster.ReadAsync(cancellationToken);
        var victim = nodes[^1];
        var (killed, start) = (time.GetUtcNow(), time.GetTimestamp());
        await victim.KillAsync(cancellationToken);
        await progress.WriteLineAsync($"         {victim.Name} is killed (SIGKILL)");
        while (time.GetElapsedTime(start) < NoticeTime)
        {
            var views = await cluster.ReadAsync(cancellationToken);
            if (views.Any(view => view.Name == victim.Name && view.State == NodeState.Down))
            {
                var noticed = time.GetElapsedTime(start);
                await progress.WriteLineAsync(FormattableString.Invariant($"         {victim.Name} is missed after {noticed.TotalSeconds:0.00} s, and its messages are given to the others"));
                return (before, killed, noticed);
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }

        return (before, killed, null);
    }

    /// <summary>Until the queue is empty.</summary>
    private async Task SettleAsync(PostgresMessageStore store, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < SettleTime && (await store.CountAsync(cancellationToken)).Queued > 0)
        {
            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    private async Task<ClusterDemoResult> CloseAsync(
        ClusterTraffic traffic, PostgresCluster cluster, PostgresMessageStore store, ClusterDemoResult result, DateTimeOffset killed, CancellationToken cancellationToken)
    {
        var found = DeliveredMail.Read(files.Mail);
        var ends = new Dictionary<(string, string), bool>();
        TimeSpan? first = null;
        string? firstId = null;
        var taken = 0;
        foreach (var submission in traffic.Submissions.Where(submission => submission.MessageId is not null))
        {
            var ofKilled = submission.Node == result.Killed;
            var isMissing = submission.Recipients.Any(recipient => !found.ContainsKey((submission.Token, recipient)));
            if ((!ofKilled && !isMissing) || !MessageId.TryCreate(submission.MessageId, out var id))
            {
                continue;
            }

            var journal = await store.ReadJournalAsync(id, cancellationToken);
            AddEnds(ends, submission, journal);
            if (ofKilled && journal.FirstOrDefault(entry => entry.Event is RecipientDelivered && entry.At > killed) is { } delivered)
            {
                taken++;
                if (first is null || delivered.At - killed < first)
                {
                    (first, firstId) = (delivered.At - killed, submission.MessageId);
                }
            }
        }

        return result with
        {
            After = await cluster.ReadAsync(cancellationToken),
            Account = ClusterAccount.Of(traffic.Submissions, found, ends),
            TakenOver = taken,
            FirstTakenOver = first,
            FirstTakenOverId = firstId,
        };
    }

    /// <summary>What the journal says of each recipient that has not been delivered to.</summary>
    private static void AddEnds(Dictionary<(string, string), bool> ends, ClusterSubmission submission, ImmutableArray<JournalEntry> journal)
    {
        var recipients = journal.Select(entry => entry.Event).OfType<RecipientAccepted>().ToDictionary(accepted => accepted.Recipient, accepted => accepted.Address.Split('@')[0]);
        var failed = journal.Select(entry => entry.Event).OfType<RecipientFailed>().Select(end => end.Recipient).ToHashSet();
        var delivered = journal.Select(entry => entry.Event).OfType<RecipientDelivered>().Select(end => end.Recipient).ToHashSet();
        foreach (var (index, recipient) in recipients.Where(pair => !delivered.Contains(pair.Key)))
        {
            ends[(submission.Token, recipient)] = failed.Contains(index);
        }
    }

    private async Task WatchAsync(ClusterTraffic traffic, PostgresMessageStore store, int total, long start, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var queue = await store.CountAsync(cancellationToken);
                await progress.WriteLineAsync(FormattableString.Invariant(
                    $"{time.GetElapsedTime(start).TotalSeconds,5:0.0} s  {traffic.Acknowledged} of {total} acknowledged; {queue.QueuedRecipients} recipients to go, {DeliveredMail.Count(files.Mail)} in Maildirs"));
            }
        }
        catch (OperationCanceledException)
        {
            // All is done.
        }
    }
}
