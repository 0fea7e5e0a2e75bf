using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.ClusterRun;
using Pipeline.Storage.Postgres.Private;

// The long form of tests/Pipeline.Cluster.Tests. Exit code: 0 when every message is accounted for, 1 when there is a difference, 2 when the run could not be made.
if (args is ["--crash-points", var kills, .. var rest] && int.TryParse(kills, NumberStyles.None, CultureInfo.InvariantCulture, out var times)
    && rest is [] or ["--promptly"] or ["--phase", "accept" or "route" or "deliver" or "takeover"] && PrivatePostgres.WhyNot() is null)
{
    return await CrashPointRuns.RunAsync(times, promptly: rest is ["--promptly"], only: rest is ["--phase", var phase] ? phase : null);
}

var numbers = new Dictionary<string, int> { ["--rounds"] = 200, ["--nodes"] = 5, ["--seed"] = 1, ["--messages"] = 120 };
Fault? only = null;
for (var i = 0; i < args.Length; i += 2)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    if (args[i] == "--fault" && Enum.TryParse<Fault>(value, ignoreCase: true, out var fault) && Enum.IsDefined(fault))
    {
        only = fault;
    }
    else if (numbers.ContainsKey(args[i]) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > (args[i] == "--nodes" ? 1 : 0))
    {
        numbers[args[i]] = number;
    }
    else
    {
        Console.Error.WriteLine($"usage: [--rounds 200] [--nodes 5] [--seed 1] [--messages 120] [--fault {string.Join('|', Enum.GetNames<Fault>())}]\n       --crash-points 5 [--promptly | --phase accept|route|deliver|takeover]");
        return 2;
    }
}

if (PrivatePostgres.WhyNot() is { } reason)
{
    Console.Error.WriteLine($"skipped: {reason}");
    return 2;
}

// Kills are the commonest fault by far, as in life.
Fault[] choice = [Fault.Kill, Fault.Kill, Fault.Kill, Fault.Freeze, Fault.DatabaseRestart, Fault.DatabaseCrash, Fault.DatabaseOutage, Fault.LinkCut, Fault.FullDisk];
var random = new Random(numbers["--seed"]);
await using var cluster = await TestCluster.StartAsync(numbers["--nodes"], CancellationToken.None);
Console.WriteLine(cluster);
var run = new FaultRun(cluster, numbers["--seed"], numbers["--messages"], Console.WriteLine);
try
{
    for (var round = 0; round < numbers["--rounds"]; round++)
    {
        await run.RoundAsync(only ?? choice[random.Next(choice.Length)], CancellationToken.None);
    }

    await run.CheckAsync("at the end", CancellationToken.None);
    Console.Write("\n" + Summary.Of(run, cluster));
    return 0;
}
#pragma warning disable CA1031 // Whatever ends a run: what it left is evidence.
catch (Exception error)
#pragma warning restore CA1031
{
    var findings = error is AccountException ? error.Message : error.ToString();
    Console.WriteLine($"{findings}\n{Summary.Of(run, cluster)}logs of the nodes and what they delivered: {cluster.KeepEvidence(findings)}");
    return 1;
}
