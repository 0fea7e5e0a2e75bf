using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.Hosting.Stores;

/// <summary>The store of a node that is alone: SQLite in a folder.</summary>
internal sealed class LocalNodeStore : NodeStore
{
    private readonly SqliteMessageStore _store;

    private LocalNodeStore(SqliteMessageStore store, string node) => (_store, Owner) = (store, new Ownership(node, store.Epoch));

    public override IMessageStore Messages => _store;

    public override Ownership Owner { get; }

    public static async Task<LocalNodeStore> LockAsync(NodeOptions options, string directory, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            var store = await SqliteMessageStore.OpenAsync(
                new SqliteStoreOptions { Directory = directory, TimeProvider = options.Time }, loggers.CreateLogger<SqliteMessageStore>(), cancellationToken);
            return new LocalNodeStore(store, options.Settings.Name);
        }
        catch (StoreInUseException)
        {
            throw NodeStartException.InUse(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException([$"{directory}: {error.Message}"]);
        }
    }

    public override ValueTask DisposeAsync() => _store.DisposeAsync();
}
