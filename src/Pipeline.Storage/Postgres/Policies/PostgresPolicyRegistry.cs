using System.Collections.Immutable;
using Npgsql;
using Pipeline.Storage.Policies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Policies;

/// <summary>The policies of a cluster, in its database.</summary>
/// <remarks>
/// A publication holds an advisory lock to its end, so numbers ascend without gaps and a second publisher sees the first one's. Each is announced by a
/// notification on <see cref="Channel"/>; whoever follows looks at the number all the same, because notifications are lost with the session that listens.
/// </remarks>
public sealed class PostgresPolicyRegistry : IPolicyRegistry
{
    public const string Channel = "mailpipeline_policy";

    private const long PublicationLock = 0x6d61696c_00000004;

    private static readonly string CurrentSql = SqlText.Postgres.Load("policy_current");
    private static readonly string HistorySql = SqlText.Postgres.Load("policy_history");
    private static readonly string ReadSql = SqlText.Postgres.Load("policy_read");
    private static readonly string InsertBundleSql = SqlText.Postgres.Load("policy_bundle_insert");
    private static readonly string InsertSql = SqlText.Postgres.Load("policy_insert");
    private static readonly string ReportSql = SqlText.Postgres.Load("policy_report");
    private static readonly string WithdrawSql = SqlText.Postgres.Load("policy_withdraw");
    private static readonly string NodesSql = SqlText.Postgres.Load("policy_nodes");

    private readonly PostgresDatabase _database;
    private readonly TimeProvider _time;
    private NpgsqlConnection? _listening;

    private PostgresPolicyRegistry(PostgresDatabase database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Opens the registry and, when it may, brings the database to this version's schema first.</summary>
    /// <exception cref="PolicyRegistryException">The database is out of reach.</exception>
    /// <exception cref="InvalidDataException">The database is of a version that this program cannot work on.</exception>
    public static async Task<PostgresPolicyRegistry> OpenAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        // Policies are read and written now and then: two connections are plenty beside those of the store.
        // Not under the node's own name: a node that begins a new life ends the sessions of the old one, and asks for its policy before that.
        var database = new PostgresDatabase(options with { WorkConnections = 2, Node = "policies of " + options.Node });
        try
        {
            await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
            await PostgresSchema.OfThisProgram.OpenAsync(connection, options.Migrate, cancellationToken);
            return new PostgresPolicyRegistry(database, options.TimeProvider);
        }
        catch (Exception error)
        {
            await database.DisposeAsync();
            if (error is NpgsqlException)
            {
                throw Unreachable(error);
            }

            throw;
        }
    }

    public Task<PublishOutcome> PublishAsync(PolicyPublication publication, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var exclude = Command(connection, $"SELECT pg_advisory_xact_lock({PublicationLock})"))
            {
                await exclude.ExecuteNonQueryAsync(cancellationToken);
            }

            var current = await ReadRecordAsync(Command(connection, CurrentSql), cancellationToken);
            if (PublicationRules.Refuse(publication, current) is { } refusal)
            {
                return refusal;
            }

            var bundle = publication.Bundle;
            await using (var content = Command(connection, InsertBundleSql, bundle.Digest, BundleForm.Write(bundle)))
            {
                await content.ExecuteNonQueryAsync(cancellationToken);
            }

            var record = await ReadRecordAsync(
                Command(
                    connection, InsertSql, (current?.Number ?? 0) + 1, bundle.Digest, publication.By, publication.Note, publication.RestoredFrom),
                cancellationToken);
            await using (var announce = Command(connection, $"SELECT pg_notify('{Channel}', $1)", $"{record!.Number}"))
            {
                await announce.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return new PublishOutcome.Published(record);
        },
        cancellationToken);

    public Task<int> ReadCurrentNumberAsync(CancellationToken cancellationToken) => RunAsync(
        async connection => (await ReadRecordAsync(Command(connection, CurrentSql), cancellationToken))?.Number ?? 0, cancellationToken);

    public Task<PublishedPolicy?> ReadAsync(int number, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var command = Command(connection, ReadSql, number);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            var record = RecordOf(reader);
            return new PublishedPolicy(record, BundleForm.Read(reader.GetFieldValue<byte[]>(6), number, record.Digest));
        },
        cancellationToken);

    public Task<ImmutableArray<PolicyRecord>> ReadHistoryAsync(int limit, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            var records = ImmutableArray.CreateBuilder<PolicyRecord>();
            await using var command = Command(connection, HistorySql, limit);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                records.Add(RecordOf(reader));
            }

            return records.ToImmutable();
        },
        cancellationToken);

    public async Task WaitForHintAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            if (_listening is { } listening)
            {
                await listening.WaitAsync(atMost, cancellationToken);
                return;
            }

            _listening = await _database.OpenListeningAsync(cancellationToken);
            await using var listen = Command(_listening, $"LISTEN {Channel}");

            // What was published before this moment was not heard: the caller looks at once.
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception error) when (PostgresFailure.IsTransient(error) && !cancellationToken.IsCancellationRequested)
        {
            await StopListeningAsync();
            await Task.Delay(atMost, _time, cancellationToken);
        }
    }

    public Task ReportAsync(NodePolicy state, CancellationToken cancellationToken) => ExecuteAsync(
        ReportSql, [state.Node, state.Epoch, state.Number, state.Wanted, Bounded(state.Problem), state.At.ToUniversalTime()], cancellationToken);

    public Task WithdrawAsync(string node, long epoch, CancellationToken cancellationToken) => ExecuteAsync(WithdrawSql, [node, epoch], cancellationToken);

    public Task<ImmutableArray<NodePolicy>> ReadNodesAsync(CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            var nodes = ImmutableArray.CreateBuilder<NodePolicy>();
            await using var command = Command(connection, NodesSql);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                nodes.Add(new NodePolicy(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetInt32(2),
                    reader.GetInt32(3),
                    reader.IsDBNull(4) ? null : reader.GetString(4),
                    reader.GetFieldValue<DateTimeOffset>(5))
                { Runs = reader.GetBoolean(6) });
            }

            return nodes.ToImmutable();
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        await _database.DisposeAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }

    private static async Task<PolicyRecord?> ReadRecordAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? RecordOf(reader) : null;
        }
    }

    private static PolicyRecord RecordOf(NpgsqlDataReader reader) => new(
        reader.GetInt32(0),
        reader.GetString(1),
        reader.GetFieldValue<DateTimeOffset>(2),
        reader.GetString(3),
        reader.IsDBNull(4) ? null : reader.GetString(4),
        reader.IsDBNull(5) ? null : reader.GetInt32(5));

    private static string? Bounded(string? problem) => problem?.Length > NodePolicy.MaxProblem ? problem[..NodePolicy.MaxProblem] : problem;

    private static PolicyRegistryException Unreachable(Exception error) => new($"the database of the cluster: {error.Message}", error);

    private Task<int> ExecuteAsync(string sql, object?[] values, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var command = Command(connection, sql, values);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _database.Work.OpenConnectionAsync(cancellationToken);
            return await work(connection);
        }
        catch (Exception error) when (PostgresFailure.IsTransient(error) && error is not PolicyRegistryException)
        {
            throw Unreachable(error);
        }
    }

    private async Task StopListeningAsync()
    {
        if (_listening is { } listening)
        {
            _listening = null;
            await listening.DisposeAsync();
        }
    }
}
