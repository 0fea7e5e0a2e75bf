using System.Globalization;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Rounds of load, one fault, and an account.</summary>
internal sealed class FaultRun(TestCluster cluster, int seed, int messages, Action<string> say)
{
    private const int Clients = 8;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    /// <summary>How long the clients may need for a round, and the queue to become empty afterwards.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Random _random = new(seed);
    private readonly Submissions _submissions = new();
    private readonly SortedDictionary<Fault, int> _rounds = [];
    private readonly Dictionary<Fault, TakeOverTimes> _takeOvers = new()
    {
        [Fault.Kill] = new TakeOverTimes(),
        [Fault.Freeze] = new TakeOverTimes(),
        [Fault.LinkCut] = new TakeOverTimes(),
    };

    private Account? _account;
    private int _round;

    /// <summary>The node that was struck in this round, if one was.</summary>
    private Strike? _strike;

    public Account Account => _account ??= Account.Of(cluster, _submissions);

    /// <summary>How many rounds each fault has had so far.</summary>
    public IReadOnlyDictionary<Fault, int> Rounds => _rounds;

    /// <summary>Messages that clients had acknowledged.</summary>
    public int Acknowledged => _submissions.Acknowledged;

    public IReadOnlyDictionary<Fault, TakeOverTimes> TakeOvers => _takeOvers;

    /// <exception cref="AccountException">A message was lost or doubled, or the cluster did not recover.</exception>
    public async Task RoundAsync(Fault fault, CancellationToken cancellationToken)
    {
        _round++;
        _rounds[fault] = _rounds.GetValueOrDefault(fault) + 1;
        _submissions.Want(messages);
        var sending = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => new LoadClient(cluster, _submissions, new Random(_random.Next())).RunAsync(cancellationToken)));
        var at = _submissions.Acknowledged + _random.Next(messages / 8, messages * 3 / 4);
        await ReachedAsync(() => _submissions.Acknowledged >= at, "the clients do not get on before the fault", cancellationToken);
        var name = await StrikeAsync(fault, cancellationToken);
        await ReachedAsync(() => sending.IsCompleted, "the clients do not get on after the fault", cancellationToken);
        await sending;
        await SettledAsync(cancellationToken);
        foreach (var node in cluster.Nodes.Where(static node => !node.IsUp))
        {
            await node.StartAsync(cancellationToken);
        }

        foreach (var node in cluster.Nodes)
        {
            if (!await node.AnswersAsync(cancellationToken))
            {
                throw new AccountException($"{node.Name} does not come back; the end of its log:\n{node.LogEnd()}");
            }
        }

        await CheckAsync($"round {_round} {name}", cancellationToken);
    }

    /// <summary>Draws the account once more: nothing may have come since.</summary>
    public async Task CheckAsync(string title, CancellationToken cancellationToken)
    {
        await Account.DrawAsync(cancellationToken);
        await MeasureAsync(cancellationToken);
        say($"{title}: {Account}");
        if (Account.Differences is { Length: > 0 } differences)
        {
            throw new AccountException($"{title} (seed {seed}):\n{differences}");
        }
    }

    /// <returns>What was done, in words.</returns>
    private async Task<string> StrikeAsync(Fault fault, CancellationToken cancellationToken)
    {
        var index = _random.Next(cluster.Nodes.Count);
        var node = cluster.Nodes[index];
        switch (fault)
        {
            case Fault.Kill:
                await StrikeAsync(fault, node, () => node.KillAsync(cancellationToken), cancellationToken);
                return $"kill -9 of {node.Name}";
            case Fault.Freeze:
                await StrikeAsync(fault, node, () => node.FreezeAsync(cancellationToken), cancellationToken);
                await Task.Delay(2 * Lease, cancellationToken);
                await node.ThawAsync(cancellationToken);
                return $"freeze of {node.Name}";
            case Fault.DatabaseRestart or Fault.DatabaseCrash or Fault.DatabaseOutage:
                await cluster.Server.StopServerAsync(fault == Fault.DatabaseCrash, cancellationToken);
                await Task.Delay(fault == Fault.DatabaseOutage ? Outage : TimeSpan.Zero, cancellationToken);
                await cluster.Server.StartServerAsync(cancellationToken);
                return fault.ToString();
            case Fault.LinkCut:
                await StrikeAsync(fault, node, () => cluster.Links[index].CutAsync(cancellationToken), cancellationToken);
                await Task.Delay(2 * Lease, cancellationToken);
                await cluster.Links[index].MendAsync(cancellationToken);
                return $"cut of the link of {node.Name}" + (cluster.WhyNotWhole is { } reason ? $" to the database only: {reason}" : "");
            case Fault.FullDisk when cluster.Disks.Count == 0:
                return $"full disk skipped: {cluster.WhyNoDisks}";
            case Fault.FullDisk:
                cluster.Disks[index].Fill();
                await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
                cluster.Disks[index].Free();
                return $"full disk of {node.Name}";
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }
    }

    /// <summary>Once the strike is certain, whatever is delivered of what the node holds, another one delivers. The others do not miss it before that is looked up.</summary>
    private async Task StrikeAsync(Fault fault, NodeProcess node, Func<Task> strike, CancellationToken cancellationToken)
    {
        await using var observer = await cluster.ObserveAsync(cancellationToken);
        await strike();
        var at = TimeProvider.System.GetUtcNow();
        _strike = new Strike(fault, at, await observer.HeldByAsync(node.Name, cancellationToken));
    }

    private async Task ReachedAsync(Func<bool> reached, string otherwise, CancellationToken cancellationToken)
    {
        if (!await Polling.UntilAsync(
            () => cluster.Nodes.FirstOrDefault(static node => node.IsUp && node.HasEnded) is { } ended
                ? throw new AccountException($"round {_round} (seed {seed}): {ended.Name} has ended by itself; the end of its log:\n{ended.LogEnd()}")
                : Task.FromResult(reached()),
            Patience,
            cancellationToken))
        {
            throw new AccountException(string.Create(CultureInfo.InvariantCulture, $"round {_round} (seed {seed}): {otherwise}; {_submissions.Acknowledged} acknowledged"));
        }
    }

    /// <summary>Waits until nothing is queued any more.</summary>
    private async Task SettledAsync(CancellationToken cancellationToken)
    {
        if (await Polling.UntilAsync(async () => await TryCountAsync(cancellationToken) == 0, Patience, cancellationToken))
        {
            return;
        }

        var waiting = await cluster.Store.ListAsync(new QueueQuery(Limit: 5), cancellationToken);
        var timelines = new List<string>();
        foreach (var message in waiting)
        {
            var journal = await cluster.Store.ReadJournalAsync(message.Id, cancellationToken);
            timelines.Add($"{message.Id} claimed={message.Claimed}\n  " + string.Join("\n  ", journal.Select(static entry => $"{entry.At:HH:mm:ss.fff} {entry.Event}")));
        }

        throw new AccountException($"round {_round} (seed {seed}): the queue does not become empty:\n{string.Join('\n', timelines)}");
    }

    private async Task<long> TryCountAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await cluster.Store.CountAsync(cancellationToken)).Queued;
        }
        catch (System.Data.Common.DbException)
        {
            return long.MaxValue;
        }
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        if (_strike is not { } strike)
        {
            return;
        }

        var firsts = new List<DateTimeOffset>();
        foreach (var id in strike.Held)
        {
            var journal = await Account.JournalAsync(id, cancellationToken);
            firsts.AddRange(journal.Where(entry => entry.At > strike.At && entry.Event is RecipientDelivered).Select(static entry => entry.At).Take(1));
        }

        var time = firsts.Count == 0 ? (TimeSpan?)null : firsts.Min() - strike.At;
        _takeOvers[strike.Fault].Add(time);
        say($"  it held {strike.Held.Count} messages; the first delivery by another node came after {TakeOverTimes.Seconds(time)}");
        _strike = null;
    }
}
