using Pipeline.Storage.Postgres;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Storage.Archive;

/// <summary>Where a store is, in words: <c>sqlite:FOLDER</c>, or a connection string of PostgreSQL (<c>Host=…;Database=…</c>).</summary>
public static class StoreLocation
{
    private const string Sqlite = "sqlite:";

    /// <summary>Opens a store to look at, beside nodes that may run on it.</summary>
    /// <exception cref="IOException">There is none, or it cannot be opened.</exception>
    public static Task<IStoreArchive> OpenToReadAsync(string location, CancellationToken cancellationToken) =>
        OpenAsync(location, alone: false, make: false, cancellationToken);

    /// <summary>Opens a store to copy from: no node may run on it, so that it stays as it is.</summary>
    /// <exception cref="IOException">There is none, it is in use, or it cannot be opened.</exception>
    public static Task<IStoreArchive> OpenToCopyFromAsync(string location, CancellationToken cancellationToken) =>
        OpenAsync(location, alone: true, make: false, cancellationToken);

    /// <summary>Opens a store to copy into; makes or migrates it first.</summary>
    /// <exception cref="IOException">It is in use, or cannot be opened.</exception>
    public static Task<IStoreArchive> OpenToCopyIntoAsync(string location, CancellationToken cancellationToken) =>
        OpenAsync(location, alone: true, make: true, cancellationToken);

    /// <summary>Brings a store to the schema of this version.</summary>
    /// <returns>The store's name for messages.</returns>
    /// <exception cref="IOException">It is in use (SQLite), or cannot be migrated.</exception>
    public static async Task<string> MigrateAsync(string location, CancellationToken cancellationToken)
    {
        await using IStoreArchive archive = FolderOf(location) is { } folder
            ? SqliteArchive.Open(folder, alone: true, make: true)
            : await PostgresArchive.OpenAsync(location, alone: false, migrate: true, cancellationToken);
        return archive.Name;
    }

    private static async Task<IStoreArchive> OpenAsync(string location, bool alone, bool make, CancellationToken cancellationToken) => FolderOf(location) is { } folder
        ? SqliteArchive.Open(folder, alone, make)
        : await PostgresArchive.OpenAsync(location, alone, migrate: make, cancellationToken);

    private static string? FolderOf(string location) => location.StartsWith(Sqlite, StringComparison.Ordinal) ? location[Sqlite.Length..] : null;
}
