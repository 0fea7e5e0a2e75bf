using System.Globalization;
using Npgsql;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Cluster.Tests.CrashPoints;
using Pipeline.Faults;

namespace Pipeline.ClusterRun;

/// <summary>Kills a node so many times at every crash point. Each phase has a cluster of its own.</summary>
internal static class CrashPointRuns
{
    /// <param name="promptly">Dead nodes come back at once; see <see cref="CrashRun"/>.</param>
    /// <returns>The exit code: 0 when every account is right, 1 when one is not.</returns>
    public static async Task<int> RunAsync(int times, bool promptly, string? only)
    {
        var ends = new List<(string Line, bool IsRight)>();
        foreach (var phase in CrashCase.All.GroupBy(static what => what.Point.Phase).Where(phase => only is null || phase.Key == only))
        {
            ends.Add(await RunPhaseAsync(phase.Key, [.. phase], times, promptly));
        }

        Console.WriteLine();
        foreach (var end in ends)
        {
            Console.WriteLine(end.Line);
        }

        return ends.TrueForAll(static end => end.IsRight) ? 0 : 1;
    }

    private static async Task<(string Line, bool IsRight)> RunPhaseAsync(string phase, CrashCase[] points, int times, bool promptly)
    {
        var kills = 0;
        await using var cluster = await TestCluster.StartAsync(nodes: 3, CancellationToken.None, CrashPolicy.Of);
        var run = new CrashRun(cluster, promptly, Console.WriteLine);
        try
        {
            foreach (var point in points)
            {
                for (var hit = 1; hit <= times; hit++, kills++)
                {
                    await run.RoundAsync(point, hit, CancellationToken.None);
                }
            }

            await run.EndAsync(CancellationToken.None);
            return (string.Create(CultureInfo.InvariantCulture, $"{phase}: {points.Length} points, {kills} kills: {run.Account}"), true);
        }
        catch (Exception error) when (error is AccountException or InvalidOperationException or NpgsqlException)
        {
            Console.WriteLine($"{error.Message}\nlogs of the nodes and what they delivered: {cluster.KeepEvidence(error.Message)}");
            return (string.Create(CultureInfo.InvariantCulture, $"{phase}: ended after {kills} kills: {error.Message.Split('\n')[0]}"), false);
        }
    }
}
