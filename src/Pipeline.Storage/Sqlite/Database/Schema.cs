using Pipeline.Storage.State;

namespace Pipeline.Storage.Sqlite.Database;

/// <summary>Brings a database to the schema of this version.</summary>
internal static class Schema
{
    /// <summary>The version that this program reads and writes.</summary>
    public static int Version { get; } = SqlText.Sqlite.Migrations()[^1].Version;

    /// <summary>Settings that must precede the first page, then the migrations that are missing, each in a transaction of its own.</summary>
    /// <exception cref="SqliteFailure">SQLite failed.</exception>
    /// <exception cref="InvalidDataException">The database is of a newer version.</exception>
    public static void Prepare(SqliteDatabase database)
    {
        // page_size has an effect only before the file has its first page, and before WAL.
        database.Execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;");
        foreach (var (version, sql) in SqlText.Sqlite.Migrations())
        {
            if (CurrentVersion(database) < version)
            {
                database.Execute($"BEGIN IMMEDIATE; {sql} PRAGMA user_version = {version}; COMMIT;");
            }
        }

        RequireCurrent(database);
    }

    /// <exception cref="InvalidDataException">The database is of another version.</exception>
    public static void RequireCurrent(SqliteDatabase database)
    {
        var version = CurrentVersion(database);
        if (version != Version)
        {
            throw new InvalidDataException($"the spool has schema version {version}, this program has {Version}");
        }
    }

    private static long CurrentVersion(SqliteDatabase database) => database.Query("PRAGMA user_version");
}
