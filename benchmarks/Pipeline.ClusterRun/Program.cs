using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.ClusterRun;
using Pipeline.Storage.Postgres.Private;

// The long form of tests/Pipeline.Cluster.Tests. Exit code: 0 when every message is accounted for, 1 when there is a difference, 2 when the run could not be made.
if (args is ["--crash-points", var kills, .. var rest] && int.TryParse(kills, NumberStyles.None, CultureInfo.InvariantCulture, out var times) && rest is [] or ["--promptly"] && PrivatePostgres.WhyNot() is null)
{
    return await CrashPointRuns.RunAsync(times, promptly: rest.Length > 0);
}

if (args.Length % 2 != 0 || Enumerable.Range(0, args.Length / 2).Any(i => args[2 * i] is not ("--rounds" or "--nodes" or "--seed" or "--messages" or "--fault")))
{
    Console.Error.WriteLine("usage: [--rounds 200] [--nodes 5] [--seed 1] [--messages 120] [--fault Kill|Freeze|DatabaseRestart|DatabaseCrash|DatabaseOutage|LinkCut|FullDisk]\n       --crash-points 5 [--promptly]");
    return 2;
}

if (PrivatePostgres.WhyNot() is { } reason)
{
    Console.Error.WriteLine($"skipped: {reason}");
    return 2;
}

var (rounds, nodes, seed, messages) = (Number("--rounds", 200), Number("--nodes", 5), Number("--seed", 1), Number("--messages", 120));
var only = Enum.TryParse<Fault>(Text("--fault"), out var fault) ? fault : (Fault?)null;

// Kills are the commonest fault by far, as in life.
Fault[] choice = [Fault.Kill, Fault.Kill, Fault.Kill, Fault.Freeze, Fault.DatabaseRestart, Fault.DatabaseCrash, Fault.DatabaseOutage, Fault.LinkCut, Fault.FullDisk];
var random = new Random(seed);
await using var cluster = await TestCluster.StartAsync(nodes, CancellationToken.None);
var run = new FaultRun(cluster, seed, messages, Console.WriteLine);
try
{
    for (var round = 0; round < rounds; round++)
    {
        await run.RoundAsync(only ?? choice[random.Next(choice.Length)], CancellationToken.None);
    }

    await run.CheckAsync("at the end", CancellationToken.None);
}
catch (Exception error) when (error is AccountException or InvalidOperationException)
{
    Console.WriteLine(error.Message);
    return 1;
}

Print("killed", run.TakeOversAfterKill);
Print("frozen", run.TakeOversAfterFreeze);
return 0;

string? Text(string option) => Array.IndexOf(args, option) is >= 0 and var at ? args[at + 1] : null;

int Number(string option, int otherwise) => Text(option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

static void Print(string what, IReadOnlyList<TimeSpan> times)
{
    if (FaultRun.Median(times) is { } median)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"first delivery by another node of a message that a {what} node held: median {median.TotalSeconds:0.00} s, worst {times.Max().TotalSeconds:0.00} s, of {times.Count}"));
    }
}
