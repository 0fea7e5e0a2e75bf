using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;
using Pipeline.Storage.Tests.Conformance;

namespace Pipeline.Storage.Tests.Sqlite;

/// <summary>A folder for one test class instance, stores on it, and shorthand.</summary>
public abstract class SqliteStoreFixture : IDisposable
{
    private protected static readonly Ownership Node = new("node-a", 1);

    private readonly TemporaryFolder _folder = new();

    private protected SqliteStoreFixture()
    {
        Options = new SqliteStoreOptions { Directory = Path.Combine(_folder.Path, "spool"), TimeProvider = Time, Files = Files };
        Mail = new Mailbag(Time);
    }

    private protected ManualTime Time { get; } = new();

    private protected FaultyFiles Files { get; } = new();

    private protected SqliteStoreOptions Options { get; set; }

    private protected Mailbag Mail { get; }

    private protected string Bodies => Path.Combine(Options.Directory, "bodies");

    private protected string Database => Path.Combine(Options.Directory, "spool.db");

    private protected string[] BodyFiles => Directory.GetFiles(Bodies);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<SqliteMessageStore> OpenAsync() => SqliteMessageStore.OpenAsync(Options, NullLogger.Instance, default);

    private protected async Task<(WriteOutcome Outcome, NewMessage Message)> AcceptAsync(IMessageStore store, int bodySize, Ownership? owner = null)
    {
        var message = await Mail.MessageAsync(store, owner ?? Node, body: new byte[bodySize]);
        var outcome = await store.AcceptAsync(message, default);
        await message.Body.DisposeAsync();
        return (outcome, message);
    }

    private protected async Task<WriteOutcome> CompleteAsync(IMessageStore store, MessageId id) => await store.UpdateAsync(
        new MessageUpdate
        {
            Id = id,
            Owner = Node,
            Closing = UpdateClosing.Complete,
            Journal = [Mail.Entry((await store.ReadAsync(id, default))!.NextSequence, new MessageCompleted())],
        },
        default);
}
