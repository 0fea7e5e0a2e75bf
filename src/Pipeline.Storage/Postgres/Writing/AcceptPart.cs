using Npgsql;
using Pipeline.Faults;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Partitions;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>A new message made ready for the writer: encoded, its body leased.</summary>
/// <remarks>Alone in an accept, or a notification in an update.</remarks>
internal sealed class AcceptPart
{
    private readonly NewMessage _message;
    private readonly SpooledBody _body;
    private readonly string _id;
    private readonly Parties _parties;
    private readonly byte[] _document;
    private readonly byte[] _entries;
    private readonly ReadOnlyMemory<byte> _octets;

    private AcceptPart(NewMessage message, SpooledBody body)
    {
        _message = message;
        _body = body;
        _id = message.Id.ToString();
        _parties = Parties.Of(message);
        _document = StoredForm.Of(new MessageDocument(message.Envelope, message.Policy, message.Properties));
        _entries = StoredForm.Of(message.Journal);
        _octets = body.TryGetBody(out var octets) ? octets : ReadOnlyMemory<byte>.Empty;
    }

    public NewMessage Message => _message;

    /// <summary>The body is in a file and goes into chunks of its own.</summary>
    public bool HasChunks => _body.FileName is not null;

    public long Size => _body.Length + _message.HeaderBlock.Length + _document.Length + _entries.Length + 512;

    /// <summary>After the statement: whether the owner's lease was held.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>After the statement: whether the message is new. If not, it was accepted before.</summary>
    public bool IsInserted { get; private set; }

    /// <exception cref="ArgumentException">The message breaks the contract: no events, or a body that is not a complete one of this store.</exception>
    public static AcceptPart Prepare(NewMessage message)
    {
        Contract.RequireNew(message);
        if (message.Body is not SpooledBody { IsCompleted: true } body || !body.TryLease())
        {
            throw new ArgumentException($"the body of message {message.Id} is not a complete body of this store", nameof(message));
        }

        try
        {
            return new AcceptPart(message, body);
        }
        catch
        {
            body.EndLease();
            throw;
        }
    }

    public static NpgsqlBatchCommand Statement(IReadOnlyList<AcceptPart> parts) => Statements.Of("accept")
        .Texts(parts, static p => p._id)
        .Integers(parts, static p => MessageDay.Of(p._id))
        .Integers(parts, static p => p._message.Journal[0].Sequence)
        .Integers(parts, static p => p._message.Journal.Length)
        .Longs(parts, static p => StoredTime.Of(p._message.Journal[0].At))
        .Texts(parts, static p => PostgresText.Of(p._parties.Sender))
        .Texts(parts, static p => PostgresText.Of(p._parties.Recipients))
        .Octets(parts, static p => p._entries)
        .Texts(parts, static p => p._message.Owner.Node)
        .Longs(parts, static p => p._message.Owner.Epoch)
        .Flags(parts, static p => p._message.Release)
        .Longs(parts, static p => StoredTime.Of(p._message.ReceivedAt))
        .Longs(parts, static p => p._message.HeaderBlock.Length + p._body.Length)
        .Longs(parts, static p => p._body.Length)
        .Integers(parts, static p => p._message.Envelope.Recipients.Length)
        .Octets(parts, static p => p._document)
        .Memory(parts, static p => p._message.HeaderBlock)
        .Memory(parts, static p => p._octets);

    public void Answered(bool held, bool inserted) => (IsHeld, IsInserted) = (held, inserted);

    public void AddTo(GroupCommit commit)
    {
        (IsHeld, IsInserted) = (false, false);
        commit.Accepts.Add(this);
        if (_message.Release)
        {
            commit.Announce(QueueStage.ToRoute);
        }
    }

    /// <summary>Sends a body that is in a file, chunk by chunk through one buffer, inside the transaction that accepts it.</summary>
    /// <exception cref="IOException">The file has not what was received.</exception>
    public async Task UploadAsync(NpgsqlConnection connection)
    {
        Crash.At(CrashPoint.AcceptRowsWritten);
        await using var body = _body.OpenBody();
        if (await BodyChunks.WriteAsync(connection, _id, body) != _body.Length)
        {
            throw new IOException($"the file of the body of {_id} is damaged");
        }

        Crash.At(CrashPoint.AcceptBodyUploaded);
    }

    /// <summary>The commit is done with the body, whatever came of it.</summary>
    public void Release() => _body.EndLease();
}
