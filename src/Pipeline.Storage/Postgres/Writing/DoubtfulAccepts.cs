using Npgsql;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Acceptances that were answered as unavailable although their commit may have happened: taken back once the database can be reached.</summary>
/// <remarks>
/// Their sender was told to try again. Left in the queue they would be in the hands of a node that knows nothing of them, and be delivered a second
/// time after its next start. A transaction whose session was lost may still end some time later, so this is repeated for as long as one can last.
/// Used by the writer's loop alone. What is lost with the process is released at its next start: a second delivery, no loss.
/// </remarks>
internal sealed class DoubtfulAccepts(TimeProvider time)
{
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(60);

    private readonly Dictionary<MessageId, (NewMessage Message, long Since)> _doubtful = [];

    public bool IsEmpty => _doubtful.Count == 0;

    public void Add(NewMessage message) => _doubtful[message.Id] = (message with { Body = NoBody.Instance }, time.GetTimestamp());

    /// <summary>The message is being accepted once more: what counts is how that ends.</summary>
    public void Forget(MessageId id) => _doubtful.Remove(id);

    /// <exception cref="NpgsqlException">The database is out of reach; nothing is forgotten.</exception>
    public async Task WithdrawAsync(NpgsqlConnection connection)
    {
        if (_doubtful.Count == 0)
        {
            return;
        }

        NewMessage[] messages = [.. _doubtful.Values.Select(static d => d.Message)];
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Statements.Of("withdraw")
                    .Texts(messages, static m => m.Id.ToString())
                    .Integers(messages, static m => MessageDay.Of(m.Id))
                    .Texts(messages, static m => m.Release ? "" : m.Owner.Node)
                    .Longs(messages, static m => m.Release ? 0 : m.Owner.Epoch)
                    .Integers(messages, static m => m.Journal[^1].Sequence + 1)
                    .Longs(messages, m => StoredTime.Of(time.GetUtcNow()))
                    .Octets(messages, Entries),
            },
        };
        await batch.ExecuteNonQueryAsync();
        foreach (var id in _doubtful.Where(d => time.GetElapsedTime(d.Value.Since) > Doubt).Select(static d => d.Key).ToArray())
        {
            _doubtful.Remove(id);
        }
    }

    private byte[] Entries(NewMessage message) => StoredForm.Of(
        [new JournalEntry(message.Journal[^1].Sequence + 1, time.GetUtcNow(), new TransactionAborted("taken back: the store answered too late, and the sender was told to try again"))]);

    /// <summary>The body is the caller's, who disposes it.</summary>
    private sealed class NoBody : IBodyWriter
    {
        public static NoBody Instance { get; } = new();

        public long Length => 0;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => throw new InvalidOperationException();

        public bool TryGetBody(out ReadOnlyMemory<byte> body) => throw new InvalidOperationException();

        public Stream OpenBody() => throw new InvalidOperationException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
