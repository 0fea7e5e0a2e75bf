using System.Globalization;
using Npgsql;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Partitions;

/// <summary>Makes the journal's partitions ahead of their days, and drops those that are over.</summary>
internal sealed class JournalPartitions(PostgresDatabase database, TimeProvider time)
{
    private const int DaysAhead = 3;
    private const string Prefix = "journal_d";

    private int _made = -1;

    /// <summary>Makes the partitions of yesterday, today and some days more that are not there. Cheap when there is nothing to do.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var today = MessageDay.Of(time.GetUtcNow());
        if (Volatile.Read(ref _made) == today)
        {
            return;
        }

        await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
        var there = await ListAsync(connection, cancellationToken);
        for (var day = today - 1; day <= today + DaysAhead; day++)
        {
            if (!there.Contains(day))
            {
                await MakeAsync(connection, day, cancellationToken);
            }
        }

        Volatile.Write(ref _made, today);
    }

    /// <summary>
    /// Drops the partitions of days that were over before the given time, as far as every message in them had ended by then;
    /// how many messages.
    /// </summary>
    public async Task<int> DropEndedAsync(DateTimeOffset endedBefore, long endedTicks, CancellationToken cancellationToken)
    {
        var dropped = 0;
        await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
        var limit = MessageDay.Of(endedBefore < time.GetUtcNow() ? endedBefore : time.GetUtcNow());
        foreach (var day in (await ListAsync(connection, cancellationToken)).Where(d => d < limit).Order())
        {
            await using var look = new NpgsqlBatch(connection)
            {
                BatchCommands = { Statements.Of("day_whole").Value(day).Value(endedTicks).Value(MessageDay.LowestId(day)).Value(MessageDay.LowestId(day + 1)) },
                Timeout = 60,
            };
            if (await look.ExecuteScalarAsync(cancellationToken) is not long messages)
            {
                // Something of that day is still needed; later days may be over all the same.
                continue;
            }

            if (!await TryAsync(connection, $"DROP TABLE {NameOf(day)}", cancellationToken))
            {
                break;
            }

            dropped += (int)messages;
        }

        return dropped;
    }

    private static string NameOf(int day) => Prefix + day.ToString(CultureInfo.InvariantCulture);

    private static async Task<HashSet<int>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Statements.Of("partitions") } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var days = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (int.TryParse(reader.GetString(0).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var day))
            {
                days.Add(day);
            }
        }

        return days;
    }

    /// <summary>Another node may make it at the same time, or the default partition may have rows of the day, which then stay there.</summary>
    private static async Task MakeAsync(NpgsqlConnection connection, int day, CancellationToken cancellationToken)
    {
        var made = $"CREATE TABLE IF NOT EXISTS {NameOf(day)} PARTITION OF journal FOR VALUES FROM ({day}) TO ({day + 1})";
        await TryAsync(connection, made, cancellationToken);
    }

    private static async Task<bool> TryAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.InvalidObjectDefinition or PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }
}
