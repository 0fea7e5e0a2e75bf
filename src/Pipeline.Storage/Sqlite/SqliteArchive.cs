using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Message;
using Pipeline.Storage.Archive;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Sqlite.Database;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Sqlite;

/// <summary>The spool of one node as an archive. Used by one flow of control.</summary>
internal sealed class SqliteArchive : IStoreArchive
{
    private const int MessagePage = 50;
    private const int RowPage = 500;

    private readonly StoreDirectory _directory;
    private readonly SqliteDatabase _database;
    private readonly IDisposable? _lock;
    private readonly BodyFiles? _bodies;
    private readonly int _inlineLimit;
    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private long _lastContent;

    private SqliteArchive(string name, StoreDirectory directory, SqliteDatabase database, IDisposable? held, int inlineLimit)
    {
        (Name, _directory, _database, _lock, _inlineLimit) = (name, directory, database, held, inlineLimit);
        if (held is not null)
        {
            // An epoch of its own makes the names of its files its own.
            database.Execute("UPDATE life SET epoch = epoch + 1");
            _bodies = new BodyFiles(new SpoolFiles(), directory.Bodies, database.Query("SELECT epoch FROM life"), NullLogger.Instance);
            _lastContent = database.Query(SqlText.Sqlite.Load("last_content"));
        }
    }

    public string Name { get; }

    /// <param name="alone">No node may be using it, nor begin to.</param>
    /// <param name="make">Makes the spool when it is not there.</param>
    /// <exception cref="IOException">It cannot be opened, or is in use and must not be.</exception>
    public static SqliteArchive Open(string path, bool alone, bool make)
    {
        var options = new SqliteStoreOptions { Directory = path };
        var directory = new StoreDirectory(path);
        if (make)
        {
            directory.Create();
        }
        else if (!File.Exists(directory.Database))
        {
            throw new FileNotFoundException($"there is no spool in {path}", directory.Database);
        }

        var held = alone ? directory.Lock() : null;
        SqliteDatabase? database = null;
        try
        {
            database = SqliteDatabase.Open(directory.Database, readOnly: !alone);
            if (alone)
            {
                Schema.Prepare(database);
                database.Execute("PRAGMA synchronous = FULL");
            }
            else
            {
                Schema.RequireCurrent(database);
            }

            return new SqliteArchive($"spool {path}", directory, database, held, options.InlineBodyLimitBytes);
        }
        catch (Exception e)
        {
            database?.Dispose();
            held?.Dispose();
            throw e is SqliteFailure or InvalidDataException ? new IOException($"the spool {path} cannot be opened: {e.Message}", e) : e;
        }
    }

    public Task<ArchiveCounts> CountAsync(CancellationToken cancellationToken) => Run(() => new ArchiveCounts(
        _database.Query("SELECT COUNT(*) FROM queue"), _database.Query("SELECT COUNT(*) FROM journal"), _database.Query("SELECT COUNT(*) FROM retry_hint")));

    public Task<IReadOnlyList<ArchivedMessage>> ReadMessagesAsync(string after, CancellationToken cancellationToken) => Run<IReadOnlyList<ArchivedMessage>>(() =>
    {
        var rows = Load("archive_messages");
        var since = Load("states_since");
        var content = Load("read_content");
        var page = new List<ArchivedMessage>();
        rows.Bind(1, after).Bind(2, MessagePage);
        while (rows.Step())
        {
            page.Add(ReadMessage(rows, since, content));
        }

        return page;
    });

    public Task<IReadOnlyList<ArchivedEvents>> ReadJournalAsync(ArchivedEvents? after, CancellationToken cancellationToken) => Run<IReadOnlyList<ArchivedEvents>>(() =>
    {
        var rows = Load("archive_journal");
        var page = new List<ArchivedEvents>();
        rows.Bind(1, after?.Id ?? "").Bind(2, after?.First ?? -1).Bind(3, RowPage);
        while (rows.Step())
        {
            page.Add(new ArchivedEvents(
                rows.Text(0),
                rows.Int(1),
                rows.Int(2),
                rows.IsNull(3) ? null : rows.Long(3),
                rows.TextOrNull(4),
                rows.TextOrNull(5),
                rows.IsNull(6) ? null : rows.Long(6),
                rows.IsNull(7) ? null : rows.Blob(7).ToArray(),
                rows.Blob(8).ToArray()));
        }

        return page;
    });

    public Task<IReadOnlyList<ArchivedHint>> ReadHintsAsync(string after, CancellationToken cancellationToken) => Run<IReadOnlyList<ArchivedHint>>(() =>
    {
        var rows = Load("list_hints");
        var page = new List<ArchivedHint>();
        rows.Bind(1, after).Bind(2, RowPage);
        while (rows.Step())
        {
            page.Add(new ArchivedHint(rows.Text(0), rows.Blob(1).ToArray()));
        }

        return page;
    });

    public async Task<bool> WriteAsync(ArchivedMessage message, CancellationToken cancellationToken)
    {
        var header = message.Header ?? throw new IOException($"message {message.Id} has no content");
        await using var body = new SpooledBody(_bodies!, MessageId.Create(message.Id), _inlineLimit);
        await using (var source = message.OpenBody())
        {
            var buffer = new byte[64 * 1024];
            for (int count; (count = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                await body.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }

        await body.CompleteAsync(cancellationToken);
        if (body.Length != message.BodyLength)
        {
            throw new IOException($"the body of message {message.Id} has not the length that was accepted");
        }

        await body.FlushAsync();
        var inserted = await Run(() => InTransaction(() => Insert(message, header, body)));
        if (inserted)
        {
            body.MarkStored();
        }

        return inserted;
    }

    public Task<int> WriteAsync(IReadOnlyList<ArchivedEvents> rows, CancellationToken cancellationToken) => Run(() => InTransaction(() =>
    {
        var put = Load("archive_put_journal");
        return rows.Sum(row => put
            .Bind(1, row.Id)
            .Bind(2, row.First)
            .Bind(3, row.Count)
            .Bind(4, row.At)
            .Bind(5, row.Sender)
            .Bind(6, row.Recipients)
            .Bind(7, row.Ended)
            .Bind(8, row.States)
            .Bind(9, row.Entries)
            .Run());
    }));

    public Task<int> WriteAsync(IReadOnlyList<ArchivedHint> hints, CancellationToken cancellationToken) => Run(() => InTransaction(() =>
    {
        var put = Load("archive_put_hint");
        return hints.Sum(hint => put.Bind(1, hint.Key).Bind(2, hint.Value).Run());
    }));

    public Task<IReadOnlyList<string>> CheckAsync(int limit, CancellationToken cancellationToken) => Run<IReadOnlyList<string>>(() =>
    {
        var rows = Load("archive_check");
        var findings = new List<string>();
        rows.Bind(1, limit);
        while (rows.Step())
        {
            findings.Add(rows.Text(0));
        }

        return findings;
    });

    public ValueTask DisposeAsync()
    {
        _bodies?.Dispose();
        _database.Dispose();
        _lock?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ArchivedMessage ReadMessage(SqliteStatement row, SqliteStatement since, SqliteStatement content)
    {
        var id = row.Text(0);
        var received = StoredTime.Read(row.Long(1));
        try
        {
            var document = row.Blob(3).ToArray();
            var recipients = QueuedState.Initial(row, document: 3, recipients: 4, received);
            var next = QueuedState.Apply(since, id, row.Int(2), recipients);
            var work = recipients.NextWork(received);
            var there = content.Bind(1, row.Long(5)).Step();
            byte[]? header = there ? content.Blob(0).ToArray() : null;
            var length = there ? content.Long(1) : 0;
            var file = there ? content.TextOrNull(2) : null;
            byte[] body = there && file is null ? content.Blob(3).ToArray() : [];
            content.Reset();
            return new ArchivedMessage(
                id,
                StoredTime.Of(received),
                StoredTime.Of(work.Due),
                (int)work.Stage,
                work.Destination,
                recipients.Queued,
                next,
                document,
                StoredForm.Of(recipients.ToArray()),
                header is null ? (ReadOnlyMemory<byte>?)null : header,
                length,
                () => file is null ? new MemoryStream(body, writable: false) : StoredContent.OpenFile(Path.Combine(_directory.Bodies, file)));
        }
        catch (JsonException e)
        {
            since.Reset();
            return ArchivedMessage.Damaged(id, $"its state cannot be read: {e.Message}");
        }
    }

    private bool Insert(ArchivedMessage message, ReadOnlyMemory<byte> header, SpooledBody body)
    {
        var queue = Load("archive_put_message");
        var inserted = queue
            .Bind(1, message.Id)
            .Bind(2, _lastContent + 1)
            .Bind(3, message.Due)
            .Bind(4, message.Received)
            .Bind(5, header.Length + message.BodyLength)
            .Bind(6, message.Queued)
            .Bind(7, message.NextSequence)
            .Bind(8, message.Document.Span)
            .Bind(9, message.Recipients.Span)
            .Bind(10, message.Stage)
            .Bind(11, message.Destination)
            .Run() > 0;
        if (inserted)
        {
            var content = Load("accept_content");
            content.Bind(1, ++_lastContent).Bind(2, header.Span).Bind(3, body.Length).Bind(4, body.FileName);
            _ = body.FileName is null ? content.Bind(5, body.Inline) : content.BindNull(5);
            content.Run();
        }

        return inserted;
    }

    private T InTransaction<T>(Func<T> write)
    {
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            var result = write();
            _database.Execute("COMMIT");
            return result;
        }
        catch
        {
            if (_database.InTransaction)
            {
                _database.Execute("ROLLBACK");
            }

            throw;
        }
    }

    /// <summary>SQLite's calls block, which in a tool on its own is no harm.</summary>
    private static Task<T> Run<T>(Func<T> work)
    {
        try
        {
            return Task.FromResult(work());
        }
        catch (SqliteFailure failure)
        {
            return Task.FromException<T>(new IOException($"the spool cannot be used: {failure.Message}", failure));
        }
    }

    private SqliteStatement Load(string name)
    {
        if (!_statements.TryGetValue(name, out var statement))
        {
            _statements[name] = statement = _database.Prepare(SqlText.Sqlite.Load(name));
        }

        return statement;
    }
}
