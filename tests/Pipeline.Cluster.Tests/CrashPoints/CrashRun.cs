using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Faults;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>Rounds of load, a death at one crash point, and an account.</summary>
/// <param name="promptly">A dead node comes back at once, before the others have missed it, and without an order. Otherwise when it is its turn again, with its next order, which takes half the time.</param>
internal sealed class CrashRun(TestCluster cluster, bool promptly, Action<string> say)
{
    private const int Messages = 4; // one of each kind
    private const int Killed = 128 + 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long a node that has had its load may need to come to its point, before it gets more.</summary>
    private static readonly TimeSpan MoreAfter = TimeSpan.FromSeconds(1);

    private readonly CrashLoad _load = new();
    private Account? _account;
    private int _turn;

    public Account Account => _account ??= Account.Of(cluster, _load.Submissions);

    /// <summary>A node dies at the point, the others go on, and the account is right.</summary>
    /// <param name="hit">At which time that the point is reached.</param>
    /// <exception cref="AccountException">A message was lost or doubled, the node did not die there, or the cluster did not recover.</exception>
    public async Task RoundAsync(CrashCase what, int hit, CancellationToken cancellationToken)
    {
        var order = new CrashOrder(what.Point, what.IsOnce ? 1 : hit);
        var began = TimeProvider.System.GetTimestamp();
        Gate(open: false);
        await KillAsync(what, order, cancellationToken);
        Gate(open: true);
        if (promptly)
        {
            await ComeBackAsync(cancellationToken);
        }

        await SettledAsync(order.ToString(), cancellationToken);
        await CheckAsync(string.Create(CultureInfo.InvariantCulture, $"{order} ({TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s)"), cancellationToken);
    }

    /// <summary>Every node comes back and answers, and the account is still right.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await ComeBackAsync(cancellationToken);
        await SettledAsync("at the end", cancellationToken);
        foreach (var node in cluster.Nodes)
        {
            if (!await node.AnswersAsync(cancellationToken))
            {
                throw new AccountException($"{node.Name} does not come back; its log:\n{node.LogOfThisLife()}");
            }
        }

        await CheckAsync("at the end", cancellationToken);
    }

    /// <summary>Draws the account.</summary>
    private async Task CheckAsync(string title, CancellationToken cancellationToken)
    {
        await Account.DrawAsync(cancellationToken);
        say($"{title}: {Account}");
        if (Account.Differences is { Length: > 0 } differences)
        {
            throw new AccountException($"{title}:\n{differences}");
        }
    }

    private async Task KillAsync(CrashCase what, CrashOrder order, CancellationToken cancellationToken)
    {
        // Those that are dead first: they come back with their next order.
        var turn = _turn++;
        var nodes = cluster.Nodes.Select((node, i) => (Node: node, Turn: (i + turn) % cluster.Nodes.Count))
            .OrderBy(static one => one.Node.IsUp).ThenBy(static one => one.Turn).Select(static one => one.Node).ToArray();
        var victim = what.Way == CrashWay.Join ? nodes[^1] : nodes[0];
        await Task.WhenAll(nodes.Where(node => !node.IsUp && node != victim && (what.Way != CrashWay.TakeOver || node != nodes[1])).Select(node => node.StartAsync(cancellationToken)));
        switch (what.Way)
        {
            case CrashWay.TakeOver:
                await TakeOverAsync(what, order, victim, nodes[1], nodes[2], cancellationToken);
                break;
            case CrashWay.Join:
                await _load.SendAsync(victim, Messages, slow: true, cancellationToken);
                await victim.KillAsync(cancellationToken);
                Launch(victim, order, null);
                break;
            case CrashWay.Leave:
                await RestartAsync(victim, order, null, cancellationToken);
                await _load.SendAsync(victim, Messages, slow: true, cancellationToken);
                await victim.TerminateAsync(cancellationToken);
                break;
            default:
                await RestartAsync(victim, order, what.Roles, cancellationToken);
                await LoadToDeathAsync(victim, slow: what.Way == CrashWay.SlowLoad, cancellationToken);
                break;
        }

        await DeathAsync(victim, order, cancellationToken);
    }

    private async Task TakeOverAsync(CrashCase what, CrashOrder order, NodeProcess victim, NodeProcess other, NodeProcess third, CancellationToken cancellationToken)
    {
        var before = new CrashOrder(what.Before, 1);
        await Task.WhenAll(RestartAsync(victim, order, null, cancellationToken), RestartAsync(other, before, null, cancellationToken));

        // The third would be quicker: it watches for longer already.
        await third.FreezeAsync(cancellationToken);
        try
        {
            await LoadToDeathAsync(other, slow: false, cancellationToken);
            await DeathAsync(other, before, cancellationToken);
            await DeathAsync(victim, order, cancellationToken);
        }
        finally
        {
            await third.ThawAsync(cancellationToken);
        }
    }

    private Task ComeBackAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(cluster.Nodes.Where(static node => !node.IsUp).Select(node => node.StartAsync(cancellationToken)));

    /// <summary>Starts a node with the order to die; one that is up stops in good order before.</summary>
    private static async Task RestartAsync(NodeProcess node, CrashOrder order, string[]? roles, CancellationToken cancellationToken)
    {
        if (node.IsUp)
        {
            await node.TerminateAsync(cancellationToken);
            await node.EndAsync(cancellationToken);
        }

        Launch(node, order, roles);
        await node.UpAsync(cancellationToken);
    }

    private static void Launch(NodeProcess node, CrashOrder order, string[]? roles) =>
        node.Launch([(Crash.Variable, order.ToString()), .. (roles ?? []).Select(static (role, i) => ($"MAILPIPELINE_Cluster__Roles__{i}", role))]);

    /// <summary>Sends mail to a node until it is dead, or for so long that it should be.</summary>
    private async Task LoadToDeathAsync(NodeProcess node, bool slow, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!node.HasEnded && TimeProvider.System.GetElapsedTime(begin) < Patience)
        {
            await _load.SendAsync(node, Messages, slow, cancellationToken);
            await Polling.UntilAsync(() => Task.FromResult(node.HasEnded), MoreAfter, cancellationToken);
        }
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
    private async Task SettledAsync(string title, CancellationToken cancellationToken)
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

        throw new AccountException($"{title}: the queue does not become empty:\n{string.Join('\n', timelines)}");
    }
}
