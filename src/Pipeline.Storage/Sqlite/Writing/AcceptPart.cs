using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>A new message made ready for the writer: encoded, its body leased and, if it is a file, durable.</summary>
/// <remarks>Alone in an accept, or a notification in an update.</remarks>
internal sealed class AcceptPart
{
    private readonly NewMessage _message;
    private readonly SpooledBody _body;
    private readonly string _id;
    private readonly Parties _parties;
    private readonly byte[] _document;
    private readonly byte[] _entries;
    private bool _inserted;

    private AcceptPart(NewMessage message, SpooledBody body)
    {
        _message = message;
        _body = body;
        _id = message.Id.ToString();
        _parties = Parties.Of(message);
        _document = StoredForm.Of(new MessageDocument(message.Envelope, message.Policy, message.Properties));
        _entries = StoredForm.Of(message.Journal);
    }

    public long Size => _body.Length + _message.HeaderBlock.Length + _document.Length + _entries.Length + 512;

    /// <exception cref="ArgumentException">The message breaks the contract: no events, or a body that is not a complete one of this store.</exception>
    /// <exception cref="IOException">The body could not be made durable.</exception>
    public static async ValueTask<AcceptPart> PrepareAsync(NewMessage message)
    {
        Contract.RequireNew(message);
        if (message.Body is not SpooledBody { IsCompleted: true } body || !body.TryLease())
        {
            throw new ArgumentException($"the body of message {message.Id} is not a complete body of this store", nameof(message));
        }

        try
        {
            await body.FlushAsync();
            return new AcceptPart(message, body);
        }
        catch
        {
            body.EndLease();
            throw;
        }
    }

    public void Apply(WriteSession session)
    {
        var first = _message.Journal[0].Sequence;
        var extended = first > 0 && session.ExtendHead.Bind(1, _id).Bind(2, _parties.Sender).Bind(3, _parties.Recipients).Run() > 0;
        var journal = session.AcceptJournal.Bind(1, _id).Bind(2, first).Bind(3, _message.Journal.Length);
        if (extended)
        {
            journal.BindNull(4).BindNull(5).BindNull(6);
        }
        else
        {
            journal.Bind(4, StoredTime.Of(_message.Journal[0].At)).Bind(5, _parties.Sender).Bind(6, _parties.Recipients);
        }

        // A row that is there already is the same accept once more: the message is in the queue, or has left it.
        _inserted = journal.Bind(7, _entries).Run() > 0;
        if (_inserted)
        {
            Insert(session, first);
        }
    }

    public void Committed()
    {
        if (_inserted)
        {
            _body.MarkStored();
        }

        _body.EndLease();
    }

    public void Refused() => _body.EndLease();

    private void Insert(WriteSession session, int first)
    {
        var content = session.NextContent();
        var inserted = session.AcceptQueue
            .Bind(1, _id)
            .Bind(2, content)
            .Bind(3, _message.Release ? "" : _message.Owner.Node)
            .Bind(4, _message.Release ? 0 : _message.Owner.Epoch)
            .Bind(5, StoredTime.Of(_message.ReceivedAt))
            .Bind(6, _message.HeaderBlock.Length + _body.Length)
            .Bind(7, _message.Envelope.Recipients.Length)
            .Bind(8, first)
            .Bind(9, _document)
            .Run();
        if (inserted == 0)
        {
            throw new InvalidOperationException($"message {_id} is in the queue with other events");
        }

        session.AcceptContent.Bind(1, content).Bind(2, _message.HeaderBlock.Span).Bind(3, _body.Length).Bind(4, _body.FileName);
        if (_body.FileName is null)
        {
            session.AcceptContent.Bind(5, _body.Inline);
        }
        else
        {
            session.AcceptContent.BindNull(5);
        }

        session.AcceptContent.Run();
    }
}
