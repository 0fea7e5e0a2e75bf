using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.Postgres.Writing;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Reading;

/// <summary>The reading half of the port. Long results come in pages, each a statement of its own.</summary>
internal sealed class StoreReads(PostgresDatabase database, ILogger logger)
{
    private const int PageSize = 500;

    public async ValueTask<StoredMessage?> ReadAsync(MessageId id, CancellationToken cancellationToken)
    {
        var found = await RunAsync(c => ReadAsync(c, [id], skipDamaged: false, cancellationToken), cancellationToken);
        return found.IsEmpty ? null : found[0];
    }

    /// <summary>Messages in the order of their ids given; those that are damaged, or not there, are left out.</summary>
    public Task<ImmutableArray<StoredMessage>> ReadAllAsync(IReadOnlyList<MessageId> ids, CancellationToken cancellationToken) =>
        RunAsync(c => ReadAsync(c, ids, skipDamaged: true, cancellationToken), cancellationToken);

    public async ValueTask<ImmutableArray<JournalEntry>> ReadJournalAsync(MessageId id, CancellationToken cancellationToken) => await QueryAsync(
        Statements.Of("read_journal").Value(MessageDay.Of(id)).Value(id.ToString()),
        static async (reader, token) =>
        {
            var entries = ImmutableArray.CreateBuilder<JournalEntry>();
            while (await reader.ReadAsync(token))
            {
                entries.AddRange(JournalJson.Read(reader.GetFieldValue<byte[]>(0)));
            }

            return entries.DrainToImmutable();
        },
        cancellationToken);

    public async ValueTask<DateTimeOffset?> NextDueAsync(ClaimScope scope, CancellationToken cancellationToken) => await QueryAsync(
        Statements.Of("next_due").Smalls(scope.Stages, static s => (short)s),
        static async (reader, token) => await reader.ReadAsync(token) && !reader.IsDBNull(0) ? StoredTime.Read(reader.GetInt64(0)) : (DateTimeOffset?)null,
        cancellationToken);

    public async ValueTask<byte[]?> GetHintAsync(string key, CancellationToken cancellationToken) => await QueryAsync(
        Statements.Of("get_hint").Value(PostgresText.Of(key) ?? ""),
        static async (reader, token) => await reader.ReadAsync(token) ? reader.GetFieldValue<byte[]>(0) : null,
        cancellationToken);

    public async ValueTask<ImmutableArray<Hint>> ListHintsAsync(string after, int limit, CancellationToken cancellationToken) => await QueryAsync(
        Statements.Of("list_hints").Value(PostgresText.Of(after) ?? "").Value(limit),
        static async (reader, token) =>
        {
            var hints = ImmutableArray.CreateBuilder<Hint>();
            while (await reader.ReadAsync(token))
            {
                hints.Add(new Hint(reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
            }

            return hints.DrainToImmutable();
        },
        cancellationToken);

    public async ValueTask<ImmutableArray<QueuedMessage>> ListAsync(QueueQuery query, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<QueuedMessage>();
        var (received, id, more) = (long.MinValue, "", true);
        while (more && found.Count < query.Limit)
        {
            var page = await ListPageAsync(received, id, cancellationToken);
            found.AddRange(page.Where(m => Contains(m.Sender.ToString(), query.Sender) && (query.Queue is null || m.Queue == query.Queue)
                && (query.Recipient is null || m.Recipients.Any(r => Contains(r.Address.ToString(), query.Recipient)))).Take(query.Limit - found.Count));
            more = page.Count == PageSize;
            (received, id) = more ? (StoredTime.Of(page[^1].ReceivedAt), page[^1].Id.ToString()) : (received, id);
        }

        return found.DrainToImmutable();
    }

    public async ValueTask<ImmutableArray<MessageId>> FindAsync(JournalQuery query, CancellationToken cancellationToken)
    {
        var found = new List<MessageId>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var from = query.From is { } start ? StoredTime.Of(start) : long.MinValue;

        // '~' is above every id: the time itself belongs to the window.
        var (at, id, more) = (query.To is { } end ? StoredTime.Of(end) : long.MaxValue, "~", true);
        while (more && found.Count < query.Limit)
        {
            var page = await FindPageAsync(from, at, id, cancellationToken);
            foreach (var row in page)
            {
                if (found.Count < query.Limit && (query.Sender is null || (row.Sender is not null && Contains(row.Sender, query.Sender)))
                    && Contains(row.Recipients, query.Recipient) && seen.Add(row.Id))
                {
                    found.Add(MessageId.Create(row.Id));
                }
            }

            more = page.Count == PageSize;
            (at, id) = more ? (page[^1].At, page[^1].Id) : (at, id);
        }

        return [.. found];
    }

    public async ValueTask<StoreCounts> CountAsync(CancellationToken cancellationToken) => await RunAsync(
        async connection =>
        {
            // Both statements see one state. The column is exact for messages in nobody's hands; the others have states in the journal.
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction)
            {
                BatchCommands = { Statements.Of("count_queue"), Statements.Of("claimed_states") },
                Timeout = 30,
            };
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var (messages, claimed, recipients) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                recipients += QueuedRow.Read(reader, 1).Recipients.Queued;
            }

            return new StoreCounts(messages, recipients, claimed);
        },
        cancellationToken);

    private static bool Contains(string text, string? part) => part is null || text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private async Task<ImmutableArray<StoredMessage>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<MessageId> ids, bool skipDamaged, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Statements.Of("read_messages").Texts(ids, static i => i.ToString()).Value((long)BodyChunks.InlineBytes) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var messages = ImmutableArray.CreateBuilder<StoredMessage>(ids.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            try
            {
                messages.Add(ReadMessage(reader));
            }
            catch (Exception e) when (skipDamaged && e is JsonException or InvalidDataException or FormatException)
            {
                Log.MessageUnreadable(logger, reader.GetString(0), e);
            }
        }

        return messages.DrainToImmutable();
    }

    private StoredMessage ReadMessage(NpgsqlDataReader row)
    {
        var id = row.GetString(0);
        var (document, received, recipients, next) = QueuedRow.Read(row, 1);
        if (row.IsDBNull(8))
        {
            throw new InvalidDataException($"message {id} has no content");
        }

        var (length, header) = (row.GetInt64(7), row.GetFieldValue<byte[]>(8));
        var octets = row.IsDBNull(9) ? null : row.GetFieldValue<byte[]>(9);
        return new StoredMessage
        {
            Id = MessageId.Create(id),
            ReceivedAt = received,
            Envelope = document.Envelope,
            Content = octets is not null && octets.Length == length
                ? new InMemoryMessageContent(header, octets)
                : new DatabaseContent(database, id, header, length),
            Policy = document.Policy,
            Properties = document.Properties,
            Recipients = [.. recipients.ToArray()],
            NextSequence = next,
        };
    }

    private Task<List<QueuedMessage>> ListPageAsync(long received, string id, CancellationToken cancellationToken) => QueryAsync(
        Statements.Of("list_queue").Value(received).Value(id).Value(PageSize),
        static async (reader, token) =>
        {
            var page = new List<QueuedMessage>(PageSize);
            while (await reader.ReadAsync(token))
            {
                var (document, at, recipients, _) = QueuedRow.Read(reader, 1);
                page.Add(new QueuedMessage(
                    MessageId.Create(reader.GetString(0)), at, reader.GetInt64(7), document.Envelope.Sender, reader.GetBoolean(8), [.. recipients.ToArray()], document.Queue));
            }

            return page;
        },
        cancellationToken);

    private Task<List<(string Id, long At, string? Sender, string Recipients)>> FindPageAsync(
        long from, long before, string id, CancellationToken cancellationToken) => QueryAsync(
        Statements.Of("find_journal").Value(from).Value(before).Value(id).Value(PageSize),
        static async (reader, token) =>
        {
            var page = new List<(string, long, string?, string)>(PageSize);
            while (await reader.ReadAsync(token))
            {
                page.Add((reader.GetString(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? "" : reader.GetString(3)));
            }

            return page;
        },
        cancellationToken);

    private Task<T> QueryAsync<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        RunAsync(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                return await read(reader, cancellationToken);
            },
            cancellationToken);

    private Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) =>
        DatabaseRead.RunAsync(database, read, cancellationToken);
}
