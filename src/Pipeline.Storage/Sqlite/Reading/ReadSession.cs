using System.Collections.Immutable;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite.Database;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Sqlite.Reading;

/// <summary>A connection that only reads, with its prepared statements. Used by one reader at a time.</summary>
internal sealed class ReadSession : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly string _bodies;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _message;
    private readonly SqliteStatement _statesSince;
    private readonly SqliteStatement _content;
    private readonly SqliteStatement _journal;
    private readonly SqliteStatement _list;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _count;
    private readonly SqliteStatement _claimedStates;
    private readonly SqliteStatement _nextDue;
    private readonly SqliteStatement _hint;
    private readonly SqliteStatement _hints;
    private readonly SqliteStatement _bodyFiles;

    public ReadSession(SqliteDatabase database, string bodies)
    {
        _database = database;
        _bodies = bodies;
        _begin = database.Prepare("BEGIN");
        _end = database.Prepare("COMMIT");
        _message = Load("read_message");
        _statesSince = Load("states_since");
        _content = Load("read_content");
        _journal = Load("read_journal");
        _list = Load("list_queue");
        _find = Load("find_journal");
        _count = Load("count_queue");
        _claimedStates = Load("claimed_states");
        _nextDue = Load("next_due");
        _hint = Load("get_hint");
        _hints = Load("list_hints");
        _bodyFiles = Load("body_files");
    }

    public StoredMessage? Message(MessageId id) => InSnapshot(() => ReadMessage(id));

    public ImmutableArray<JournalEntry> Journal(MessageId id)
    {
        var entries = ImmutableArray.CreateBuilder<JournalEntry>();
        _journal.Bind(1, id.ToString());
        while (_journal.Step())
        {
            entries.AddRange(JournalJson.Read(_journal.Blob(0)));
        }

        return entries.DrainToImmutable();
    }

    public ImmutableArray<QueuedMessage> List(QueueQuery query, CancellationToken cancellationToken) => InSnapshot(() =>
    {
        var found = ImmutableArray.CreateBuilder<QueuedMessage>();
        while (found.Count < query.Limit && _list.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var document = StoredForm.Document(_list.Blob(5));
            if (!Contains(document.Envelope.Sender.ToString(), query.Sender) || (query.Queue is { } queue && document.Queue != queue))
            {
                continue;
            }

            var id = _list.Text(0);
            var received = StoredTime.Read(_list.Long(1));
            var recipients = QueuedState.Initial(_list, document: 5, recipients: 6, received);
            QueuedState.Apply(_statesSince, id, _list.Int(4), recipients);
            var states = recipients.ToArray();
            if (query.Recipient is null || Array.Exists(states, s => Contains(s.Address.ToString(), query.Recipient)))
            {
                found.Add(new QueuedMessage(
                    MessageId.Create(id), received, _list.Long(2), document.Envelope.Sender, _list.Int(3) != 0, [.. states], document.Queue));
            }
        }

        return found.DrainToImmutable();
    });

    public ImmutableArray<MessageId> Find(JournalQuery query, CancellationToken cancellationToken) => InSnapshot(() =>
    {
        var found = new List<MessageId>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        _find.Bind(1, query.From is { } from ? StoredTime.Of(from) : long.MinValue).Bind(2, query.To is { } to ? StoredTime.Of(to) : long.MaxValue);
        while (found.Count < query.Limit && _find.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((query.Sender is null || (_find.TextOrNull(1) is { } sender && Contains(sender, query.Sender)))
                && Contains(_find.Text(2), query.Recipient)
                && _find.Text(0) is var id && seen.Add(id))
            {
                found.Add(MessageId.Create(id));
            }
        }

        return found.ToImmutableArray();
    });

    public StoreCounts Count() => InSnapshot(() =>
    {
        _count.Step();
        var (messages, claimed, recipients) = (_count.Long(0), _count.Long(1), _count.Long(2));
        _count.Reset();

        // The column is exact for messages in nobody's hands; the others have states in the journal.
        while (_claimedStates.Step())
        {
            var fold = QueuedState.Initial(_claimedStates, document: 2, recipients: 3, StoredTime.Read(_claimedStates.Long(4)));
            QueuedState.Apply(_statesSince, _claimedStates.Text(0), _claimedStates.Int(1), fold);
            recipients += fold.Queued;
        }

        return new StoreCounts(messages, recipients, claimed);
    });

    public DateTimeOffset? NextDue(ClaimScope scope)
    {
        DateTimeOffset? earliest = null;
        foreach (var stage in scope.Stages)
        {
            var due = _nextDue.Bind(1, (int)stage).Step() ? StoredTime.Read(_nextDue.Long(0)) : earliest;
            _nextDue.Reset();
            earliest = due < (earliest ?? DateTimeOffset.MaxValue) ? due : earliest;
        }

        return earliest;
    }

    public byte[]? Hint(string key)
    {
        var value = _hint.Bind(1, key).Step() ? _hint.Blob(0).ToArray() : null;
        _hint.Reset();
        return value;
    }

    public ImmutableArray<Hint> Hints(string after, int limit)
    {
        var hints = ImmutableArray.CreateBuilder<Hint>();
        _hints.Bind(1, after).Bind(2, limit);
        while (_hints.Step())
        {
            hints.Add(new Hint(_hints.Text(0), _hints.Blob(1).ToArray()));
        }

        _hints.Reset();
        return hints.DrainToImmutable();
    }

    public HashSet<string> BodyFiles()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (_bodyFiles.Step())
        {
            names.Add(_bodyFiles.Text(0));
        }

        return names;
    }

    public void Dispose() => _database.Dispose();

    private static bool Contains(string text, string? part) => part is null || text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private StoredMessage? ReadMessage(MessageId id)
    {
        var key = id.ToString();
        if (!_message.Bind(1, key).Step())
        {
            return null;
        }

        var content = _message.Long(0);
        var received = StoredTime.Read(_message.Long(1));
        var next = _message.Int(2);
        var document = StoredForm.Document(_message.Blob(3));
        var recipients = QueuedState.Initial(_message, document: 3, recipients: 4, received);
        next = QueuedState.Apply(_statesSince, key, next, recipients);
        return new StoredMessage
        {
            Id = id,
            ReceivedAt = received,
            Envelope = document.Envelope,
            Content = ReadContent(content, key),
            Policy = document.Policy,
            Properties = document.Properties,
            Recipients = [.. recipients.ToArray()],
            NextSequence = next,
        };
    }

    private IMessageContent ReadContent(long content, string id)
    {
        if (!_content.Bind(1, content).Step())
        {
            throw new InvalidDataException($"message {id} has no content");
        }

        var header = _content.Blob(0).ToArray();
        return _content.TextOrNull(2) is { } file
            ? new StoredContent(header, _content.Long(1), Path.Combine(_bodies, file))
            : new InMemoryMessageContent(header, _content.Blob(3).ToArray());
    }

    /// <summary>Several statements see one state of the store.</summary>
    private T InSnapshot<T>(Func<T> read)
    {
        _begin.Run();
        try
        {
            return read();
        }
        finally
        {
            ResetAll();
            _end.Run();
        }
    }

    private void ResetAll()
    {
        _message.Reset();
        _statesSince.Reset();
        _content.Reset();
        _list.Reset();
        _find.Reset();
        _count.Reset();
        _claimedStates.Reset();
    }

    private SqliteStatement Load(string name) => _database.Prepare(SqlText.Sqlite.Load(name));
}
