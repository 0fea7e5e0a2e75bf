using System.Text.Json;
using Npgsql;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Reading;

/// <summary>Runs a read on a pooled session, a few times when the session turns out to be one of before an outage.</summary>
internal static class DatabaseRead
{
    private const int Attempts = 3;

    /// <exception cref="IOException">The database is out of reach, or what it has is damaged.</exception>
    public static async Task<T> RunAsync<T>(PostgresDatabase database, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
                return await read(connection);
            }
            catch (Exception failure) when (attempt < Attempts && PostgresFailure.EndsAllSessions(failure))
            {
                database.Work.Clear();
            }
            catch (Exception e) when (e is NpgsqlException or JsonException or InvalidDataException or FormatException or TimeoutException)
            {
                throw new IOException($"the store cannot be read: {e.Message}", e);
            }
        }
    }
}
