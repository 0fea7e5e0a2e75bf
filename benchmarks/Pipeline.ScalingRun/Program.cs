using System.Globalization;
using Pipeline.ScalingRun;
using Pipeline.Storage.Postgres.Private;

// Messages a second of one, two and three nodes at the same load for each node. Exit code: 0 when it was measured, 1 when the ratio is below --least, 2 when the run could not be made.
string[] options = ["--nodes", "--clients", "--delay", "--seconds", "--turns", "--least"];
if (args.Length % 2 != 0 || Enumerable.Range(0, args.Length / 2).Any(i => !options.Contains(args[2 * i]) || !double.TryParse(args[(2 * i) + 1], CultureInfo.InvariantCulture, out _)))
{
    Console.Error.WriteLine("usage: [--nodes 3] [--clients 2] [--delay 20] [--seconds 15] [--turns 3] [--least 0]");
    Console.Error.WriteLine("       nodes at most, clients on each node, milliseconds that next hop and scanner take, length of a turn, turns of each number of nodes, ratio to reach");
    return 2;
}

if (PrivatePostgres.WhyNot() is { } reason)
{
    Console.Error.WriteLine($"skipped: {reason}");
    return 2;
}

var (nodes, clients, turns) = ((int)Number("--nodes", 3), (int)Number("--clients", 2), (int)Number("--turns", 3));
var (delay, time) = (TimeSpan.FromMilliseconds(Number("--delay", 20)), TimeSpan.FromSeconds(Number("--seconds", 15)));
Console.WriteLine(Text($"{clients} clients on each node, each one message after the other; next hop and scanner answer after {delay.TotalMilliseconds} ms; {Environment.ProcessorCount} processors for everything"));
await using var server = await PrivatePostgres.StartAsync(durable: true, CancellationToken.None);
var results = new Dictionary<int, List<ScalingResult>>();
for (var turn = 1; turn <= turns; turn++)
{
    for (var count = 1; count <= nodes; count++)
    {
        await using var cluster = await ScalingCluster.StartAsync(server, Text($"turn{turn}_{count}"), count, delay);
        var result = await new ScalingTurn(cluster, clients).RunAsync(server, warmUp: TimeSpan.FromSeconds(5), time);
        results.TryAdd(count, []);
        results[count].Add(result);
        Print(Text($"turn {turn}, {count} nodes"), result);
    }
}

var medians = results.ToDictionary(result => result.Key, result => Median(result.Value));
foreach (var (count, result) in medians)
{
    Print(Text($"median of {turns}, {count} nodes"), result);
}

var ratio = medians[nodes].PerSecond / medians[1].PerSecond;
Console.WriteLine(Text($"1 -> {nodes} nodes: {ratio:0.00} times the messages a second"));
return ratio < Number("--least", 0) ? 1 : 0;

double Number(string option, double otherwise) => Array.IndexOf(args, option) is >= 0 and var at ? double.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

static ScalingResult Median(List<ScalingResult> results) => results.OrderBy(result => result.PerSecond).ElementAt(results.Count / 2);

static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

static void Print(string what, ScalingResult result)
{
    var each = (double)result.Messages;
    Console.WriteLine(Text(
        $"{what}: {result.PerSecond:0.0} messages/s, {result.Milliseconds:0.0} ms each, processors {result.Busy:0%} busy; PostgreSQL for each message: {result.Cost.Processor.TotalMilliseconds / each:0.00} ms of processor, {result.Cost.WalBytes / each:0} octets of log, {result.Cost.Syncs / each:0.00} syncs, {result.Cost.Commits / each:0.0} commits; {result.Sessions} sessions"));
}
