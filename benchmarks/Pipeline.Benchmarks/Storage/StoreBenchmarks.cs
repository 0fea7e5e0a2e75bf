using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Benchmarks.Storage;

/// <summary>What a message costs in a store with every flush: its acceptance, and its whole life; and what is remembered beside messages. Client and server share the processors.</summary>
internal static class StoreBenchmarks
{
    private const int Warmup = 3_000;

    private static readonly Ownership Owner = new("bench", 1);

    public static async Task RunAsync(string[] engines)
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, load average {(await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0]}");
        Console.WriteLine($"{"engine and case",-50}{"times/s",12}{"p50 ms",10}{"p99 ms",10}{"client us",12}{"server us",12}");
        if (engines.Length == 0 || engines.Contains("sqlite"))
        {
            await SqliteAsync();
        }

        if (engines.Length == 0 || engines.Contains("postgres"))
        {
            await PostgresAsync();
        }
    }

    private static async Task SqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("store-bench-").FullName;
        await using (var store = await SqliteMessageStore.OpenAsync(new SqliteStoreOptions { Directory = folder }, NullLogger.Instance, default))
        {
            await AllAsync("sqlite", store, static () => TimeSpan.Zero);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task PostgresAsync()
    {
        await using var server = await PrivatePostgres.StartAsync(durable: true, default);
        var database = await server.CreateDatabaseAsync("bench", default);
        await using var store = await PostgresMessageStore.OpenAsync(
            new PostgresOptions { ConnectionString = database, Node = Owner.Node }, NullLogger.Instance, default);
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"INSERT INTO lease VALUES ('{Owner.Node}', {Owner.Epoch}, true)", connection);
            await command.ExecuteNonQueryAsync();
        }

        await AllAsync("postgres", store, () => ServerTime.Of(server));
    }

    private static async Task AllAsync(string engine, IMessageStore store, Func<TimeSpan> serverTime)
    {
        var load = new StoreLoad(store, Owner);
        var hints = new HintLoad(store);
        await load.LifeAsync(50, Warmup, 4096);
        await RowAsync($"{engine}, accept 4 KiB, 1 sender", serverTime, () => load.AcceptAsync(1, 1_000, 4096));
        await RowAsync($"{engine}, accept 4 KiB, 10 senders", serverTime, () => load.AcceptAsync(10, 8_000, 4096));
        await RowAsync($"{engine}, accept 4 KiB, 50 senders", serverTime, () => load.AcceptAsync(50, 20_000, 4096));
        await RowAsync($"{engine}, accept 64 KiB, 50 senders", serverTime, () => load.AcceptAsync(50, 3_000, 65_536));
        await RowAsync($"{engine}, accept 1 MiB, 10 senders", serverTime, () => load.AcceptAsync(10, 200, 1 << 20));
        await load.EmptyAsync();
        await RowAsync($"{engine}, whole life 4 KiB, 50 senders", serverTime, () => load.LifeAsync(50, 10_000, 4096));
        await RowAsync($"{engine}, whole life over a claim, 50 senders", serverTime, () => load.ClaimedLifeAsync(50, 10_000, 4096));
        await RowAsync($"{engine}, change of a hint, 1 session", serverTime, () => hints.CountAsync(1, 2_000, 1));
        await RowAsync($"{engine}, change of a hint, 50 sessions, 200 hints", serverTime, () => hints.CountAsync(50, 40_000, 200));
        await RowAsync($"{engine}, change of a hint, 50 sessions, 1 hint", serverTime, () => hints.CountAsync(50, 40_000, 1));
    }

    private static async Task RowAsync(string name, Func<TimeSpan> serverTime, Func<Task<List<double>>> run)
    {
        using var process = Process.GetCurrentProcess();
        var (client, server, clock) = (process.TotalProcessorTime, serverTime(), Stopwatch.StartNew());
        var times = await run();
        var elapsed = clock.Elapsed;
        process.Refresh();
        client = process.TotalProcessorTime - client;
        server = serverTime() - server;
        times.Sort();
        Console.WriteLine(
            $"{name,-50}{times.Count / elapsed.TotalSeconds,12:F0}{times[times.Count / 2],10:F1}{times[times.Count * 99 / 100],10:F1}"
            + $"{client.TotalMicroseconds / times.Count,12:F0}{server.TotalMicroseconds / times.Count,12:F0}");
    }
}
