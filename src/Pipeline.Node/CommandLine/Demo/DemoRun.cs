using System.Collections.Concurrent;
using Pipeline.Node.Hosting;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>How a demonstration ended.</summary>
/// <param name="Elapsed">From the first submission until nothing was left to do.</param>
internal sealed record DemoResult(
    DemoTotals Totals, DemoEvidence Evidence, ImmutableArray<DemoCheck> Checks, int Submitted, long Octets, TimeSpan Elapsed)
{
    public bool Balances => Checks.All(check => check.Holds);
}

/// <summary>Runs a demonstration: a node and its next hop, clients, the wait until all is done, and the account from the store after the node has stopped.</summary>
internal sealed class DemoRun(DemoWorld world, TextWriter progress, TimeProvider time)
{
    private const int Clients = 8;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>A recipient due later than this waits for a retry, not for its turn.</summary>
    private static readonly TimeSpan RetryHorizon = TimeSpan.FromMinutes(1);

    /// <summary>If mail still moves after this long, the account shows what is missing.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<DemoAnswer> _answers = new();

    /// <exception cref="NodeStartException">The node cannot start.</exception>
    public async Task<DemoResult> RunAsync(ImmutableArray<DemoSubmission> messages, CancellationToken cancellationToken)
    {
        await using var sink = await DemoSink.StartAsync(cancellationToken);
        await using var node = await MailNode.StartAsync(world.ToNodeOptions(sink.Port) with { Time = time }, cancellationToken);
        await progress.WriteLineAsync($"gateway   {node.Endpoints[0]}  ({world.PolicyFile})");
        await progress.WriteLineAsync($"next hop  127.0.0.1:{sink.Port}  (takes all but nobody@, which it refuses, and later@, which it defers)");
        await progress.WriteLineAsync();
        var start = time.GetTimestamp();
        using (var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var watch = WatchAsync(node, sink, messages.Length, start, watching.Token);
            try
            {
                await SubmitAsync(node, messages, cancellationToken);
                await SettleAsync(node, cancellationToken);
            }
            finally
            {
                await watching.CancelAsync();
                await watch;
            }
        }

        var elapsed = time.GetElapsedTime(start);
        await ReportProgressAsync(node, sink, messages.Length, elapsed, cancellationToken);
        await node.StopAsync();
        await using var store = await SqliteMessageStore.OpenReadOnlyAsync(new SqliteStoreOptions { Directory = world.StoreDirectory }, cancellationToken);
        var totals = await DemoTotals.ReadAsync(store, cancellationToken);
        var evidence = await DemoEvidence.GatherAsync(world, _answers, sink, store, cancellationToken);
        return new DemoResult(
            totals, evidence, DemoAccount.Balance(totals, evidence), messages.Length, messages.Sum(message => message.Content.Size), elapsed);
    }

    private Task SubmitAsync(MailNode node, ImmutableArray<DemoSubmission> messages, CancellationToken cancellationToken)
    {
        var client = new DemoClient(node.Endpoints[0]);
        return Parallel.ForEachAsync(
            messages,
            new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken },
            async (message, token) => _answers.Enqueue(await client.SubmitAsync(message, token)));
    }

    /// <summary>Until no message is in anybody's hands and nothing is due soon.</summary>
    private async Task SettleAsync(MailNode node, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < SettleTime)
        {
            var due = await node.Store.NextDueAsync(cancellationToken);
            var counts = await node.Store.CountAsync(cancellationToken);
            if (counts.Claimed == 0 && (due is null || due > time.GetUtcNow() + RetryHorizon))
            {
                return;
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    private async Task WatchAsync(MailNode node, DemoSink sink, int total, long start, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await ReportProgressAsync(node, sink, total, time.GetElapsedTime(start), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // All is done.
        }
    }

    private async Task ReportProgressAsync(MailNode node, DemoSink sink, int total, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var queue = await node.Store.CountAsync(cancellationToken);
        var accepted = _answers.Count(answer => answer.Accepted);
        await progress.WriteLineAsync(FormattableString.Invariant(
            $"{elapsed.TotalSeconds,5:0.0} s  {_answers.Count} of {total} submitted, {accepted} accepted; recipients: {queue.QueuedRecipients} to go, {sink.Recipients} at the next hop, {DemoEvidence.CountMaildirs(world.MaildirDirectory)} in Maildirs"));
    }
}
