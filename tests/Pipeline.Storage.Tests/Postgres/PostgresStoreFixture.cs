using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Tests.Conformance;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>Stores of several nodes on one database, in real time, and shorthand.</summary>
public abstract class PostgresStoreFixture
{
    /// <summary>How long a test waits for what must come.</summary>
    private protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private protected static readonly Ownership NodeA = new("a", 1);
    private protected static readonly Ownership NodeB = new("b", 2);
    private protected static readonly Ownership NodeC = new("c", 3);

    private protected Mailbag Mail { get; } = new(TimeProvider.System);

    private protected static Task<PostgresMessageStore> OpenAsync(string database, string node, TimeSpan? writeTimeout = null) => PostgresMessageStore.OpenAsync(
        new PostgresOptions { ConnectionString = database, Node = node, WriteTimeout = writeTimeout ?? TimeSpan.FromSeconds(10) },
        NullLogger.Instance,
        default);

    private protected static async Task<T?> QueryAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    private protected static Task JoinAsync(string database, Ownership owner) => QueryAsync<object>(
        database,
        $"INSERT INTO lease VALUES ('{owner.Node}', {owner.Epoch}, true) ON CONFLICT (node) DO UPDATE SET epoch = excluded.epoch, held = true");

    private protected async Task<(WriteOutcome Outcome, MessageId Id)> AcceptAsync(
        IMessageStore store, Ownership owner, bool release = false, int bodySize = 100, MessageId? id = null)
    {
        var message = (await Mail.MessageAsync(store, owner, body: new byte[bodySize], id: id)) with { Release = release };
        var outcome = await store.AcceptAsync(message, default);
        await message.Body.DisposeAsync();
        return (outcome, message.Id);
    }

    private protected async Task<WriteOutcome> CompleteAsync(IMessageStore store, Ownership owner, StoredMessage message)
    {
        ImmutableArray<JournalEntry> journal = [Mail.Entry(message.NextSequence, new MessageCompleted())];
        return await store.UpdateAsync(
            new MessageUpdate { Id = message.Id, Owner = owner, Closing = UpdateClosing.Complete, Journal = journal }, default);
    }
}
