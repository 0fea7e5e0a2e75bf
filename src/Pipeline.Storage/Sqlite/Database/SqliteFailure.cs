using SQLitePCL;

namespace Pipeline.Storage.Sqlite.Database;

/// <summary>SQLite refused an operation. Never leaves the store: a caller sees <see cref="Ports.WriteOutcome.Unavailable"/> or an <see cref="IOException"/>.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception(message)
{
    /// <summary>The extended result code (https://sqlite.org/rescode.html).</summary>
    public int Code { get; } = code;

    /// <summary>The database has no room. The connection stays good.</summary>
    public bool IsFull => (Code & 0xff) == raw.SQLITE_FULL;

    /// <summary>Another process holds a lock. The connection stays good.</summary>
    public bool IsBusy => (Code & 0xff) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    public static SqliteFailure From(sqlite3 handle, string during) =>
        new(raw.sqlite3_extended_errcode(handle), $"{during}: {raw.sqlite3_errmsg(handle).utf8_to_string()}");
}
