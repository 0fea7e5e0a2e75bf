using System.Text.Json;
using Npgsql;
using Pipeline.Storage.Archive;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.Postgres.Reading;
using Pipeline.Storage.Postgres.Writing;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres;

/// <summary>The shared database as an archive.</summary>
internal sealed class PostgresArchive : IStoreArchive
{
    private const string Tool = "(store)";
    private const int MessagePage = 50;
    private const int RowPage = 500;

    private readonly PostgresDatabase _database;

    private PostgresArchive(PostgresDatabase database, string name) => (_database, Name) = (database, name);

    public string Name { get; }

    /// <param name="alone">No node may be using it.</param>
    /// <exception cref="IOException">It cannot be opened, or is in use and must not be.</exception>
    public static async Task<PostgresArchive> OpenAsync(string connectionString, bool alone, bool migrate, CancellationToken cancellationToken)
    {
        PostgresDatabase? database = null;
        try
        {
            database = new PostgresDatabase(new PostgresOptions { ConnectionString = connectionString, Node = Tool });
            await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
            await PostgresSchema.OfThisProgram.OpenAsync(connection, migrate, cancellationToken);
            var archive = new PostgresArchive(database, $"database {connection.Database} on {connection.Host}");
            if (alone && await IsInUseAsync(connection, cancellationToken))
            {
                throw new IOException($"{archive.Name} is in use by a running node");
            }

            return archive;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidDataException or ArgumentException)
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }

            throw new IOException($"the database cannot be opened: {e.Message}", e);
        }
        catch
        {
            await database!.DisposeAsync();
            throw;
        }
    }

    public Task<ArchiveCounts> CountAsync(CancellationToken cancellationToken) => QueryAsync(
        Statements.Of("archive_counts"),
        static async (reader, token) =>
        {
            await reader.ReadAsync(token);
            return new ArchiveCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        },
        cancellationToken);

    public Task<IReadOnlyList<ArchivedMessage>> ReadMessagesAsync(string after, CancellationToken cancellationToken) => QueryAsync(
        Statements.Of("archive_messages").Value(after).Value(MessagePage).Value((long)BodyChunks.InlineBytes), ReadMessage, cancellationToken);

    public Task<IReadOnlyList<ArchivedEvents>> ReadJournalAsync(ArchivedEvents? after, CancellationToken cancellationToken) => QueryAsync(
        Statements.Of("archive_journal")
            .Value(after is null ? int.MinValue : MessageDay.Of(after.Id)).Value(after?.Id ?? "").Value(after?.First ?? -1).Value(RowPage),
        static row => new ArchivedEvents(
            row.GetString(0),
            row.GetInt32(1),
            row.GetInt32(2),
            row.IsDBNull(3) ? null : row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetInt64(6),
            row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7),
            row.GetFieldValue<byte[]>(8)),
        cancellationToken);

    public Task<IReadOnlyList<ArchivedHint>> ReadHintsAsync(string after, CancellationToken cancellationToken) => QueryAsync(
        Statements.Of("list_hints").Value(after).Value(RowPage),
        static row => new ArchivedHint(row.GetString(0), row.GetFieldValue<byte[]>(1)),
        cancellationToken);

    public Task<bool> WriteAsync(ArchivedMessage message, CancellationToken cancellationToken) => DatabaseRead.RunAsync(
        _database,
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var header = message.Header ?? throw new IOException($"message {message.Id} has no content");
            var inserted = await ExecuteAsync(connection, Statements.Of("archive_put_message")
                .Value(message.Id)
                .Value(MessageDay.Of(message.Id))
                .Value((short)message.Stage)
                .Text(PostgresText.Of(message.Destination))
                .Value(message.Due)
                .Value(message.Received)
                .Value(header.Length + message.BodyLength)
                .Value(message.BodyLength)
                .Value(message.Queued)
                .Value(message.NextSequence)
                .Value(message.Document)
                .Value(message.Recipients), cancellationToken);
            if (inserted > 0)
            {
                await using var body = message.OpenBody();
                var octets = message.BodyLength <= BodyChunks.InlineBytes ? new byte[message.BodyLength] : [];
                await body.ReadExactlyAsync(octets, cancellationToken);
                await ExecuteAsync(connection, Statements.Of("archive_put_content").Value(message.Id).Value(header).Value(octets), cancellationToken);
                if (await BodyChunks.WriteAsync(connection, message.Id, body) + octets.Length != message.BodyLength)
                {
                    throw new IOException($"the body of message {message.Id} has not the length that was accepted");
                }
            }

            await transaction.CommitAsync(cancellationToken);
            return inserted > 0;
        },
        cancellationToken);

    public Task<int> WriteAsync(IReadOnlyList<ArchivedEvents> rows, CancellationToken cancellationToken) => DatabaseRead.RunAsync(
        _database,
        connection => ExecuteAsync(connection, Statements.Of("archive_put_journal")
            .Texts(rows, static r => r.Id)
            .Integers(rows, static r => MessageDay.Of(r.Id))
            .Integers(rows, static r => r.First)
            .Integers(rows, static r => r.Count)
            .Longs(rows, static r => r.At)
            .Texts(rows, static r => PostgresText.Of(r.Sender))
            .Texts(rows, static r => PostgresText.Of(r.Recipients))
            .Longs(rows, static r => r.Ended)
            .Octets(rows, static r => r.States)
            .Octets(rows, static r => r.Entries), cancellationToken),
        cancellationToken);

    public Task<int> WriteAsync(IReadOnlyList<ArchivedHint> hints, CancellationToken cancellationToken) => DatabaseRead.RunAsync(
        _database,
        connection => ExecuteAsync(
            connection,
            Statements.Of("archive_put_hints").Texts(hints, static h => PostgresText.Of(h.Key)).Octets(hints, static h => h.Value),
            cancellationToken),
        cancellationToken);

    public Task<IReadOnlyList<string>> CheckAsync(int limit, CancellationToken cancellationToken) =>
        QueryAsync(Statements.Of("archive_check").Value(limit), static row => row.GetString(0), cancellationToken);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static async Task<bool> IsInUseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Statements.Of("archive_in_use").Value(PostgresDatabase.SessionName(Tool)) } };
        return await batch.ExecuteScalarAsync(cancellationToken) is > 0L;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command }, Timeout = 30 };
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private ArchivedMessage ReadMessage(NpgsqlDataReader row)
    {
        try
        {
            return ReadWhole(row);
        }
        catch (JsonException e)
        {
            return ArchivedMessage.Damaged(row.GetString(0), $"its state cannot be read: {e.Message}");
        }
    }

    private ArchivedMessage ReadWhole(NpgsqlDataReader row)
    {
        var id = row.GetString(0);
        var (document, received, recipients, next) = QueuedRow.Read(row, 1);
        var work = recipients.NextWork(received);
        var length = row.GetInt64(7);
        var octets = row.IsDBNull(9) ? null : row.GetFieldValue<byte[]>(9);
        return new ArchivedMessage(
            id,
            StoredTime.Of(received),
            StoredTime.Of(work.Due),
            (int)work.Stage,
            work.Destination,
            recipients.Queued,
            next,
            StoredForm.Of(document),
            StoredForm.Of(recipients.ToArray()),
            row.IsDBNull(8) ? (ReadOnlyMemory<byte>?)null : row.GetFieldValue<byte[]>(8),
            length,
            () => octets is null ? new ChunkStream(_database, id, length) : new MemoryStream(octets, writable: false));
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        QueryAsync<IReadOnlyList<T>>(
            command,
            async (reader, token) =>
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(token))
                {
                    rows.Add(read(reader));
                }

                return rows;
            },
            cancellationToken);

    private Task<T> QueryAsync<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        DatabaseRead.RunAsync(
            _database,
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command }, Timeout = 60 };
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                return await read(reader, cancellationToken);
            },
            cancellationToken);
}
