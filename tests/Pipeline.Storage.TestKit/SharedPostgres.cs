using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Storage.TestKit;

/// <summary>One private server for all tests of a process; each test asks for a database of its own.</summary>
public static class SharedPostgres
{
    private static readonly Lazy<Task<PrivatePostgres>> Server = new(() => PrivatePostgres.StartAsync(durable: false, CancellationToken.None));

    private static int _databases;

    /// <summary>The way to a new, empty database.</summary>
    public static async Task<string> CreateDatabaseAsync() =>
        await (await Server.Value).CreateDatabaseAsync($"test_{Interlocked.Increment(ref _databases)}", CancellationToken.None);
}
