using System.Diagnostics;
using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Tests.Support;

namespace Pipeline.ScalingRun;

/// <summary>What one turn measured.</summary>
/// <param name="PerSecond">Messages that were acknowledged in the time, each second.</param>
/// <param name="Messages">All of those, delivered too: the database's cost is that of their whole life.</param>
/// <param name="Milliseconds">From MAIL to the answer to the final dot; median.</param>
/// <param name="Busy">Of the machine's processors in the time, from 0 to 1, by whomever.</param>
internal sealed record ScalingResult(double PerSecond, int Messages, double Milliseconds, DatabaseCost Cost, long Sessions, double Busy);

/// <summary>So many nodes, so many clients on each, for a time; then until everything is delivered.</summary>
internal sealed class ScalingTurn(ScalingCluster cluster, int clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A server tells up to a second later what a session did.
    private static readonly TimeSpan StatisticsDelay = TimeSpan.FromSeconds(2);

    private static readonly string Content =
        "From: a@client.example\r\nSubject: scaling\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 74) + "\r\n", 50));

    public async Task<ScalingResult> RunAsync(PrivatePostgres server, TimeSpan warmUp, TimeSpan time)
    {
        await DeliveredAsync((await LoadAsync(warmUp)).Count);
        await Task.Delay(StatisticsDelay);
        var begin = await DatabaseCost.ReadAsync(server, cluster.Database);
        var (idle, all) = MachineTicks();
        var clock = Stopwatch.StartNew();
        var times = await LoadAsync(time);
        var elapsed = clock.Elapsed;
        var (idleAfter, allAfter) = MachineTicks();
        var sessions = await DatabaseCost.SessionsAsync(server, cluster.Database);
        await DeliveredAsync(times.Count);
        await Task.Delay(StatisticsDelay);
        var cost = await DatabaseCost.ReadAsync(server, cluster.Database) - begin;
        times.Sort();
        return new ScalingResult(
            times.Count / elapsed.TotalSeconds, times.Count, times[times.Count / 2], cost, sessions, 1 - ((idleAfter - idle) / (double)(allAfter - all)));
    }

    /// <returns>How long each acknowledged message took, in milliseconds.</returns>
    private async Task<List<double>> LoadAsync(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(cluster.Nodes.SelectMany(node => Enumerable.Range(0, clients).Select(_ => Task.Run(() => SendAsync(node, began, time)))));
        return [.. all.SelectMany(static times => times)];
    }

    /// <summary>One client: one connection, one message after the other.</summary>
    private static async Task<List<double>> SendAsync(NodeProcess node, long began, TimeSpan time)
    {
        List<double> times = [];
        await using var session = await SmtpClientSession.OpenAsync(node.Endpoint, Patience);
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            var started = Stopwatch.GetTimestamp();
            await session.EnvelopeAsync("a@client.example", ["b@far.test"]);
            await session.CommandAsync("DATA", '3');
            await session.SendAsync(Content);
            await session.CommandAsync(".", '2');
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Waits until the next hop has as many messages more.</summary>
    private async Task DeliveredAsync(int messages)
    {
        var came = 0;
        if (!await Polling.UntilAsync(() => Task.FromResult((came += cluster.Sink.Take().Count()) >= messages), Patience))
        {
            throw new InvalidOperationException($"of {messages} messages {came} were delivered");
        }
    }

    private static (long Idle, long All) MachineTicks()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (ticks[3] + ticks[4], ticks.Take(8).Sum());
    }
}
