using System.Globalization;
using System.Text.Json;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Storage.Ports;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.Upgrade;

/// <summary>Load all the time while nodes change their program, and an account of it.</summary>
/// <param name="held">Boxes that nothing can be delivered to for now: a file is where their folder would be, so that their messages wait in the queue.</param>
internal sealed class UpgradeRun(TestCluster cluster, HashSet<string> held, Action<string> say)
{
    private const int Clients = 3;

    /// <summary>Messages that are wanted and not acknowledged yet, at most.</summary>
    private const int Ahead = 6;

    /// <summary>One message at each tick: so much that every node always has work, and so little that two cores can do it beside the tests.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(80);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Submissions _submissions = new();
    private Account? _account;

    public Account Account => _account ??= Account.Of(cluster, _submissions);

    /// <summary>Makes a box impossible to deliver to. Before its first message.</summary>
    public static void Hold(TestCluster cluster, string box)
    {
        Directory.CreateDirectory(cluster.MailFolder);
        File.WriteAllText(Path.Combine(cluster.MailFolder, box), "");
    }

    /// <summary>What waits for this box can be delivered from now on.</summary>
    public void Release(string box)
    {
        File.Delete(Path.Combine(cluster.MailFolder, box));
        held.Remove(box);
    }

    /// <summary>Clients send from before <paramref name="change"/> until after it; then everything that can be delivered is, and the account is drawn.</summary>
    /// <exception cref="AccountException">A message was lost or doubled, or does not move.</exception>
    public async Task UnderLoadAsync(string title, Func<CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        var enough = new TaskCompletionSource();
        var sending = Task.WhenAll(Enumerable.Range(1, Clients).Select(client => SendAsync(client, enough.Task, cancellationToken)));
        var wanting = WantAsync(enough.Task, cancellationToken);
        var before = _submissions.Acknowledged;
        await ReachedAsync(() => Task.FromResult(_submissions.Acknowledged >= before + 20), "the clients do not get on before the change", cancellationToken);
        await change(cancellationToken);
        before = _submissions.Acknowledged;
        await ReachedAsync(() => Task.FromResult(_submissions.Acknowledged >= before + 20), "the clients do not get on after the change", cancellationToken);
        enough.SetResult();
        await wanting;
        await sending;
        await CheckAsync(title, cancellationToken);
    }

    /// <summary>Waits until only messages of the held boxes are queued, and draws the account.</summary>
    public async Task CheckAsync(string title, CancellationToken cancellationToken)
    {
        await ReachedAsync(
            async () => (await cluster.Store.ListAsync(new QueueQuery(), cancellationToken)).All(IsHeld),
            "what can be delivered is not",
            cancellationToken);
        await Account.DrawAsync(cancellationToken);
        say($"{title}: {Account}");
        if (Account.Differences is { Length: > 0 } differences)
        {
            throw new AccountException($"{title}:\n{differences}");
        }
    }

    /// <summary>As an operator does it: drains a node, stops it, and starts the other program in its place.</summary>
    /// <param name="by">The program that the command is given with.</param>
    public static async Task ReplaceAsync(NodeProcess node, string program, string by, CancellationToken cancellationToken)
    {
        var drain = await ProgramCommand.RunAsync(by, cancellationToken, "cluster", "drain", "--node", node.Settings);
        Assert.True(drain.Code == 0, $"cluster drain: {drain}");
        await node.TerminateAsync(cancellationToken);
        Assert.Equal(0, await node.EndAsync(cancellationToken));
        await StartAsync(node, program, cancellationToken);
    }

    /// <summary>Kills a node, waits until the others have ended its life, and starts the other program in its place.</summary>
    public async Task KillAndReplaceAsync(NodeProcess node, string program, CancellationToken cancellationToken)
    {
        var other = cluster.Nodes.First(one => one != node);
        await node.KillAsync(cancellationToken);
        await ReachedAsync(
            async () => (await ShownAsync(other.Program, other, cancellationToken)).GetProperty("nodes").EnumerateArray().Any(shown =>
                shown.GetProperty("name").GetString() == node.Name && shown.GetProperty("state").GetString() == "down"),
            $"nobody has taken over {node.Name}",
            cancellationToken);
        await StartAsync(node, program, cancellationToken);
    }

    /// <summary>Asks each node with each of the programs for the cluster, until node and database agree.</summary>
    public async Task ShowAsync(IReadOnlyList<string> programs, CancellationToken cancellationToken)
    {
        foreach (var (program, node) in programs.SelectMany(_ => cluster.Nodes, static (program, node) => (program, node)))
        {
            var shown = default(JsonElement);
            await ReachedAsync(
                async () =>
                {
                    shown = await ShownAsync(program, node, cancellationToken);
                    return shown.GetProperty("differences").GetArrayLength() == 0;
                },
                $"{node.Name} and the database do not agree",
                cancellationToken);
            Assert.Equal(node.Name, shown.GetProperty("own").GetProperty("name").GetString());
            Assert.Equal(
                cluster.Nodes.Select(static one => one.Name + " up"),
                shown.GetProperty("nodes").EnumerateArray().Select(static one => $"{one.GetProperty("name").GetString()} {one.GetProperty("state").GetString()}"));
        }
    }

    /// <summary>Publishes a policy with one of the programs; every node follows.</summary>
    public async Task PublishAsync(string program, CancellationToken cancellationToken)
    {
        var policy = Path.Combine(cluster.Folder, "mailpipeline.conf");
        await File.AppendAllTextAsync(policy, string.Create(CultureInfo.InvariantCulture, $"\n# {_submissions.Acknowledged} messages later\n"), cancellationToken);
        var publish = await ProgramCommand.RunAsync(program, cancellationToken, "config", "publish", policy, "--wait", "60", "--node", cluster.Nodes[0].Settings);
        Assert.True(publish.Code == 0, $"config publish: {publish}");
    }

    /// <summary>Whether nothing is left to be delivered but to a held box.</summary>
    private bool IsHeld(QueuedMessage message) => message.Recipients
        .Where(static recipient => recipient.Status == RecipientStatus.Queued)
        .Select(static recipient => recipient.Address.LocalPart)
        .ToArray() is [var only] && held.Contains(only);

    private static async Task StartAsync(NodeProcess node, string program, CancellationToken cancellationToken)
    {
        node.Program = program;
        await node.StartAsync(cancellationToken);
    }

    private static async Task<JsonElement> ShownAsync(string program, NodeProcess node, CancellationToken cancellationToken)
    {
        const int Differs = 2;
        var show = await ProgramCommand.RunAsync(program, cancellationToken, "cluster", "show", "--json", "--node", node.Settings);
        Assert.True(show.Code is 0 or Differs && show.Errors.Length == 0, $"cluster show: {show}");
        return JsonDocument.Parse(show.Output).RootElement;
    }

    private async Task WantAsync(Task enough, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Tick);
        for (var wanted = _submissions.Acknowledged; !enough.IsCompleted; await ticks.WaitForNextTickAsync(cancellationToken))
        {
            if (wanted < _submissions.Acknowledged + Ahead)
            {
                _submissions.Want(1);
                wanted++;
            }
        }
    }

    private async Task SendAsync(int seed, Task enough, CancellationToken cancellationToken)
    {
        // A client ends when nothing is wanted at the moment.
        var client = new LoadClient(cluster, _submissions, new Random(seed));
        using var ticks = new PeriodicTimer(Tick);
        while (!enough.IsCompleted || !_submissions.IsDone)
        {
            await client.RunAsync(cancellationToken);
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task ReachedAsync(Func<Task<bool>> reached, string otherwise, CancellationToken cancellationToken)
    {
        if (!await Polling.UntilAsync(
            () => cluster.Nodes.FirstOrDefault(static node => node.IsUp && node.HasEnded) is { } ended
                ? throw new AccountException($"{ended.Name} has ended by itself; the end of its log:\n{ended.LogEnd()}")
                : reached(),
            Patience,
            cancellationToken))
        {
            throw new AccountException($"{otherwise}\n{string.Join('\n', cluster.Nodes.Select(static node => $"{node.Name}:\n{node.LogEnd()}"))}");
        }
    }
}
