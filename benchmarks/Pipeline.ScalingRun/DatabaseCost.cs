using System.Globalization;
using Npgsql;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.ScalingRun;

/// <summary>What a PostgreSQL server has used since its start.</summary>
/// <param name="Processor">Of all its processes, those that have ended included.</param>
/// <param name="WalBytes">Written ahead.</param>
/// <param name="Syncs">Of the log.</param>
/// <param name="Commits">In the database of the run.</param>
internal sealed record DatabaseCost(TimeSpan Processor, long WalBytes, long Syncs, long Commits)
{
    // USER_HZ, which the kernel fixes at 100 for everything that it tells programs.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat behind the name in parentheses, counted from the state.
    private const int ParentField = 1;
    private const int UserField = 11;
    private const int SystemField = 12;
    private const int WaitedUserField = 13;
    private const int WaitedSystemField = 14;

    public static DatabaseCost operator -(DatabaseCost end, DatabaseCost begin) => new(
        end.Processor - begin.Processor, end.WalBytes - begin.WalBytes, end.Syncs - begin.Syncs, end.Commits - begin.Commits);

    public static async Task<DatabaseCost> ReadAsync(PrivatePostgres server, string database)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT (pg_current_wal_lsn() - '0/0')::bigint, (SELECT wal_sync FROM pg_stat_wal), (SELECT xact_commit FROM pg_stat_database WHERE datname = $1)", connection)
        {
            Parameters = { new NpgsqlParameter { Value = database } },
        };
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new DatabaseCost(ProcessorOf(server), row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
    }

    /// <summary>Sessions of clients now, this one not counted.</summary>
    public static async Task<long> SessionsAsync(PrivatePostgres server, string database)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = $1", connection)
        {
            Parameters = { new NpgsqlParameter { Value = database } },
        };
        return (long)(await command.ExecuteScalarAsync() ?? 0L);
    }

    private static TimeSpan ProcessorOf(PrivatePostgres server)
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(server.Folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var process) && Fields(process) is { } fields)
            {
                if (process == postmaster)
                {
                    ticks += fields[UserField] + fields[SystemField] + fields[WaitedUserField] + fields[WaitedSystemField];
                }
                else if (fields[ParentField] == postmaster)
                {
                    ticks += fields[UserField] + fields[SystemField];
                }
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <returns>Null when there is no such process any more. The state stands as 0.</returns>
    private static long[]? Fields(int process)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return [0, .. text[(text.LastIndexOf(')') + 4)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(WaitedSystemField).Select(ToNumber)];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long ToNumber(string field) => long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
