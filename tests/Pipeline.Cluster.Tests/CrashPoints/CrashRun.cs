using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Faults;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>Rounds of load, a death at one crash point, and an account.</summary>
internal sealed class CrashRun(TestCluster cluster, Action<string> say)
{
    private const int Messages = 6;
    private const int Killed = 128 + 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long a node that has had its load may need to come to its point, before it gets more.</summary>
    private static readonly TimeSpan MoreAfter = TimeSpan.FromSeconds(4);

    private readonly CrashLoad _load = new();
    private CrashAccount? _account;
    private int _round;

    public CrashAccount Account => _account ??= new CrashAccount(cluster.Store, _load, new CrashCopies(cluster));

    /// <summary>A node dies at the point, the others go on, it comes back, and the account is right.</summary>
    /// <param name="hit">At which time that the point is reached.</param>
    /// <exception cref="AccountException">A message was lost or doubled, the node did not die there, or the cluster did not recover.</exception>
    public async Task RoundAsync(CrashCase what, int hit, CancellationToken cancellationToken)
    {
        var (victim, other, third) = (NodeOf(_round), NodeOf(_round + 1), NodeOf(_round + 2));
        _round++;
        var order = new CrashOrder(what.Point, what.IsOnce ? 1 : hit);
        var began = TimeProvider.System.GetTimestamp();
        Gate(open: false);
        await (what.Way switch
        {
            CrashWay.TakeOver => TakeOverAsync(what, order, victim, other, third, cancellationToken),
            CrashWay.Join => JoinAsync(order, victim, cancellationToken),
            CrashWay.Leave => LeaveAsync(order, victim, cancellationToken),
            _ => LoadAsync(what, order, victim, cancellationToken),
        });
        Gate(open: true);
        await Task.WhenAll(cluster.Nodes.Where(static node => !node.IsUp).Select(node => node.StartAsync(cancellationToken)));
        await SettledAsync(order, cancellationToken);
        await CheckAsync(string.Create(CultureInfo.InvariantCulture, $"{order} ({TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s)"), cancellationToken);
    }

    /// <summary>Draws the account.</summary>
    public async Task CheckAsync(string title, CancellationToken cancellationToken)
    {
        await Account.DrawAsync(cancellationToken);
        say($"{title}: {Account}");
        if (Account.Differences is { Length: > 0 } differences)
        {
            throw new AccountException($"{title}:\n{differences}");
        }
    }

    private NodeProcess NodeOf(int round) => cluster.Nodes[round % cluster.Nodes.Count];

    private async Task LoadAsync(CrashCase what, CrashOrder order, NodeProcess victim, CancellationToken cancellationToken)
    {
        await RestartAsync(victim, order, what.Roles, cancellationToken);
        await LoadToDeathAsync(victim, order, slow: what.Way == CrashWay.SlowLoad, cancellationToken);
    }

    private async Task TakeOverAsync(CrashCase what, CrashOrder order, NodeProcess victim, NodeProcess other, NodeProcess third, CancellationToken cancellationToken)
    {
        var before = new CrashOrder(what.Before ?? CrashPoint.DeliverSmtpDotSent, 1);
        await Task.WhenAll(RestartAsync(victim, order, null, cancellationToken), RestartAsync(other, before, null, cancellationToken));

        // The third would be quicker: it watches for longer already. Nobody is surprised when it wakes up.
        await third.FreezeAsync(cancellationToken);
        try
        {
            await LoadToDeathAsync(other, before, slow: false, cancellationToken);
            await DeathAsync(victim, order, cancellationToken);
        }
        finally
        {
            await third.ThawAsync(cancellationToken);
        }
    }

    private async Task JoinAsync(CrashOrder order, NodeProcess victim, CancellationToken cancellationToken)
    {
        await _load.SendAsync(victim, Messages, slow: false, cancellationToken);
        await victim.KillAsync(cancellationToken);
        Launch(victim, order, null);
        await DeathAsync(victim, order, cancellationToken);
    }

    private async Task LeaveAsync(CrashOrder order, NodeProcess victim, CancellationToken cancellationToken)
    {
        await RestartAsync(victim, order, null, cancellationToken);
        await _load.SendAsync(victim, Messages, slow: true, cancellationToken);
        await victim.TerminateAsync(cancellationToken);
        await DeathAsync(victim, order, cancellationToken);
    }

    /// <summary>Stops a node in good order, and starts it with the order to die.</summary>
    private static async Task RestartAsync(NodeProcess node, CrashOrder order, string[]? roles, CancellationToken cancellationToken)
    {
        await node.TerminateAsync(cancellationToken);
        await node.EndAsync(cancellationToken);
        Launch(node, order, roles);
        await node.UpAsync(cancellationToken);
    }

    private static void Launch(NodeProcess node, CrashOrder order, string[]? roles) =>
        node.Launch([(Crash.Variable, order.ToString()), .. (roles ?? []).Select(static (role, i) => ($"MAILPIPELINE_Cluster__Roles__{i}", role))]);

    private async Task LoadToDeathAsync(NodeProcess node, CrashOrder order, bool slow, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!node.HasEnded && TimeProvider.System.GetElapsedTime(begin) < Patience)
        {
            await _load.SendAsync(node, Messages, slow, cancellationToken);
            await Polling.UntilAsync(() => Task.FromResult(node.HasEnded), MoreAfter, cancellationToken);
        }

        await DeathAsync(node, order, cancellationToken);
    }

    /// <summary>Waits for the death of a node, which must be the one that was ordered.</summary>
    private static async Task DeathAsync(NodeProcess node, CrashOrder order, CancellationToken cancellationToken)
    {
        if (!await Polling.UntilAsync(() => Task.FromResult(node.HasEnded), Patience, cancellationToken))
        {
            throw new AccountException($"{node.Name} does not come to {order}; its log:\n{node.LogOfThisLife()}");
        }

        var code = await node.EndAsync(cancellationToken);
        if (code != Killed || !node.LogOfThisLife().Contains(Crash.LastWord(order) + "\n", StringComparison.Ordinal))
        {
            throw new AccountException($"{node.Name} has ended with {code}, not by SIGKILL at {order}; its log:\n{node.LogOfThisLife()}");
        }
    }

    private void Gate(bool open)
    {
        var gate = CrashPolicy.GateOf(cluster);
        if (open)
        {
            File.WriteAllText(gate, "");
        }
        else
        {
            File.Delete(gate);
        }
    }

    /// <summary>Waits until nothing is queued any more.</summary>
    private async Task SettledAsync(CrashOrder order, CancellationToken cancellationToken)
    {
        if (await Polling.UntilAsync(async () => (await cluster.Store.CountAsync(cancellationToken)).Queued == 0, Patience, cancellationToken))
        {
            return;
        }

        var timelines = new List<string>();
        foreach (var message in await cluster.Store.ListAsync(new QueueQuery(Limit: 5), cancellationToken))
        {
            var journal = await cluster.Store.ReadJournalAsync(message.Id, cancellationToken);
            timelines.Add($"{message.Id} claimed={message.Claimed}\n  " + string.Join("\n  ", journal.Select(static entry => $"{entry.At:HH:mm:ss.fff} {entry.Event}")));
        }

        throw new AccountException($"{order}: the queue does not become empty:\n{string.Join('\n', timelines)}");
    }
}
