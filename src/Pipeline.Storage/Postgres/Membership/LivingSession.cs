using Npgsql;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>The database session that a life hangs on. It says nothing but pings and lock calls, one at a time, each with a bound.</summary>
/// <remarks>
/// The first failure ends the session, since what its locks stood for is in doubt then: that call and every later one throw <see cref="NpgsqlException"/>.
/// Its connection is given up in the background.
/// </remarks>
internal sealed class LivingSession : IAsyncDisposable
{
    private static readonly MemberSql Ping = new("ping");
    private static readonly MemberSql EndBackend = new("end_backend");

    private readonly NpgsqlConnection _connection;
    private readonly TimeSpan _bound;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _ended = new();

    private LivingSession(NpgsqlConnection connection, TimeSpan bound, TimeProvider time)
    {
        (_connection, _bound, _time) = (connection, bound, time);
        Backend = connection.ProcessID;
        Ended = _ended.Token;
    }

    /// <summary>The process at the server's end.</summary>
    public int Backend { get; }

    /// <summary>Ends with the session, and with it every lock of it.</summary>
    public CancellationToken Ended { get; }

    /// <exception cref="NpgsqlException">The database is out of reach.</exception>
    public static async Task<LivingSession> OpenAsync(PostgresDatabase database, TimeSpan bound, TimeProvider time, CancellationToken cancellationToken) =>
        new(await database.OpenLivingAsync(cancellationToken), bound, time);

    /// <summary>What the fence says about a node: its epoch and whether that life still holds; null when there is no such node.</summary>
    public Task<(long Epoch, bool Held)?> PingAsync(string node) => RunAsync<(long, bool)?>(
        async connection =>
        {
            await using var command = Ping.On(connection, null, node);
            await using var row = await command.ExecuteReaderAsync();
            return await row.ReadAsync() ? (row.GetInt64(0), row.GetBoolean(1)) : null;
        });

    /// <summary>Takes a lock for as long as the session lasts. Not to be called for one that it holds: locks count.</summary>
    public Task<bool> TryLockAsync(long key) => RunAsync(connection => BoolAsync(connection, "SELECT pg_try_advisory_lock($1)", key));

    public Task<bool> UnlockAsync(long key) => RunAsync(connection => BoolAsync(connection, "SELECT pg_advisory_unlock($1)", key));

    /// <summary>Ends another session that holds a lock, when it is the one that the caller knows.</summary>
    public Task EndBackendAsync(long key, int backend) => RunAsync(
        async connection =>
        {
            await using var command = EndBackend.On(connection, null, key, backend);
            return await command.ExecuteNonQueryAsync();
        });

    public async ValueTask DisposeAsync()
    {
        // A word that is being exchanged has a bound, so this has one.
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            End(Task.CompletedTask);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task<bool> BoolAsync(NpgsqlConnection connection, string sql, long key)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter { Value = key } } };
        return await command.ExecuteScalarAsync() is true;
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (Ended.IsCancellationRequested)
            {
                throw new NpgsqlException("the session has ended");
            }

            var running = work(_connection);
            try
            {
                return await running.WaitAsync(_bound, _time);
            }
            catch (TimeoutException e)
            {
                End(running);
                throw new NpgsqlException($"no answer within {_bound.TotalSeconds} s", e);
            }
            catch
            {
                End(running);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void End(Task running)
    {
        if (Ended.IsCancellationRequested)
        {
            return;
        }

        _ended.Cancel();
        _ = CloseAsync(running);
    }

    private async Task CloseAsync(Task running)
    {
        // Npgsql's connections are not for two callers at once: an abandoned command ends first, by its own timeout.
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _connection.DisposeAsync();
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            // The link was broken anyway.
        }
    }
}
