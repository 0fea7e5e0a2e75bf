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
    private readonly List<TimeSpan> _afterKill = [];
    private readonly List<TimeSpan> _afterFreeze = [];
    private Account? _account;
    private int _round;

    // The node that was killed or frozen in this round, when, and where its take-over time goes.
    private DateTimeOffset _struckAt;
    private string? _struck;
    private List<TimeSpan>? _times;

    public Account Account => _account ??= new Account(cluster.Store, _submissions, new Copies(cluster));

    /// <summary>From the death of a node to the first delivery, by another one, of a message it held.</summary>
    public IReadOnlyList<TimeSpan> TakeOversAfterKill => _afterKill;

    public IReadOnlyList<TimeSpan> TakeOversAfterFreeze => _afterFreeze;

    public static TimeSpan? Median(IReadOnlyList<TimeSpan> times) =>
        times.Count == 0 ? null : times.Order().ElementAt(times.Count / 2);

    /// <exception cref="AccountException">A message was lost or doubled, or the cluster did not recover.</exception>
    public async Task RoundAsync(Fault fault, CancellationToken cancellationToken)
    {
        _round++;
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

    private async Task<string> StrikeAsync(Fault fault, CancellationToken cancellationToken)
    {
        var index = _random.Next(cluster.Nodes.Count);
        var node = cluster.Nodes[index];
        (_struck, _times, _struckAt) = (null, null, TimeProvider.System.GetUtcNow());
        switch (fault)
        {
            case Fault.Kill:
                (_struck, _times) = (node.Name, _afterKill);
                await node.KillAsync(cancellationToken);
                return $"kill -9 of {node.Name}";
            case Fault.Freeze:
                (_struck, _times) = (node.Name, _afterFreeze);
                await node.FreezeAsync(cancellationToken);
                await Task.Delay(2 * Lease, cancellationToken);
                await node.ThawAsync(cancellationToken);
                return $"freeze of {node.Name}";
            case Fault.DatabaseRestart or Fault.DatabaseCrash or Fault.DatabaseOutage:
                await cluster.Server.StopServerAsync(fault == Fault.DatabaseCrash, cancellationToken);
                await Task.Delay(fault == Fault.DatabaseOutage ? Outage : TimeSpan.Zero, cancellationToken);
                await cluster.Server.StartServerAsync(cancellationToken);
                return fault.ToString();
            case Fault.LinkCut:
                cluster.Links[index].Cut();
                await Task.Delay(2 * Lease, cancellationToken);
                cluster.Links[index].Mend();
                return $"cut of the link of {node.Name}";
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
        if (_struck is null)
        {
            return;
        }

        DateTimeOffset? first = null;
        foreach (var submission in _submissions.All.Where(one => one.Node == _struck && one.AcknowledgedAt != default && one.AcknowledgedAt < _struckAt))
        {
            var journal = await Account.JournalAsync(submission.Acknowledged!.Value, cancellationToken);
            var entry = journal.FirstOrDefault(entry => entry.At > _struckAt && entry.Event is RecipientDelivered);
            first = entry is not null && (first is null || entry.At < first) ? entry.At : first;
        }

        if (first is { } at)
        {
            _times!.Add(at - _struckAt);
            say(string.Create(CultureInfo.InvariantCulture, $"  taken over after {(at - _struckAt).TotalSeconds:0.00} s"));
        }

        _struck = null;
    }
}
