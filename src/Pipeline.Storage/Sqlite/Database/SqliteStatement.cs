using System.Text;
using SQLitePCL;

namespace Pipeline.Storage.Sqlite.Database;

/// <summary>A prepared statement that is used again and again. Parameters count from 1, columns from 0.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3 handle, sqlite3_stmt statement) : IDisposable
{
    private const int ShortText = 256;

    public SqliteStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value) => value is { } number ? Bind(parameter, number) : BindNull(parameter);

    public SqliteStatement Bind(int parameter, string? value)
    {
        if (value is null)
        {
            return BindNull(parameter);
        }

        if (value.Length * 3 > ShortText || value.Length == 0)
        {
            Check(raw.sqlite3_bind_text(statement, parameter, value));
            return this;
        }

        Span<byte> utf8 = stackalloc byte[ShortText];
        Check(raw.sqlite3_bind_text(statement, parameter, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
        return this;
    }

    /// <summary>Binds octets, which SQLite copies. Empty octets are an empty blob, not NULL.</summary>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, parameter, 0) : raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, byte[]? value) => value is null ? BindNull(parameter) : Bind(parameter, (ReadOnlySpan<byte>)value);

    public SqliteStatement BindNull(int parameter)
    {
        Check(raw.sqlite3_bind_null(statement, parameter));
        return this;
    }

    /// <summary>Moves to the next row; false, and ready for the next use, when there is none.</summary>
    /// <exception cref="SqliteFailure">The statement failed; it is ready for the next use.</exception>
    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        if (result == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(statement);
            return false;
        }

        var failure = SqliteFailure.From(handle, "step");
        raw.sqlite3_reset(statement);
        throw failure;
    }

    /// <summary>Runs to the end; how many rows it changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }

        return database.Changes;
    }

    /// <summary>Ends the use before the last row was read.</summary>
    public void Reset() => raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(statement, column);

    public int Int(int column) => raw.sqlite3_column_int(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The octets of a blob: valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose()
    {
        raw.sqlite3_finalize(statement);
        statement.Dispose();
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw SqliteFailure.From(handle, "bind");
        }
    }
}
