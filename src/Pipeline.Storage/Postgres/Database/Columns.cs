using Npgsql;
using NpgsqlTypes;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>Statement parameters that are columns of many rows: one statement writes or reads all of them.</summary>
internal static class Columns
{
    public static NpgsqlBatchCommand Texts<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, string?> value) =>
        command.Add(rows, value, NpgsqlDbType.Text);

    public static NpgsqlBatchCommand Integers<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, int?> value) =>
        command.Add(rows, value, NpgsqlDbType.Integer);

    public static NpgsqlBatchCommand Longs<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, long?> value) =>
        command.Add(rows, value, NpgsqlDbType.Bigint);

    public static NpgsqlBatchCommand Smalls<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, short> value) =>
        command.Add(rows, value, NpgsqlDbType.Smallint);

    public static NpgsqlBatchCommand Flags<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, bool> value) =>
        command.Add(rows, value, NpgsqlDbType.Boolean);

    public static NpgsqlBatchCommand Octets<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, byte[]?> value) =>
        command.Add(rows, value, NpgsqlDbType.Bytea);

    /// <summary>Octets that are not copied before they are sent.</summary>
    public static NpgsqlBatchCommand Memory<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, ReadOnlyMemory<byte>> value) =>
        command.Add(rows, value, NpgsqlDbType.Bytea);

    public static NpgsqlBatchCommand Text(this NpgsqlBatchCommand command, string? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }

    public static NpgsqlBatchCommand Value<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    private static NpgsqlBatchCommand Add<T, TValue>(this NpgsqlBatchCommand command, IReadOnlyList<T> rows, Func<T, TValue> value, NpgsqlDbType type)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }

        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | type });
        return command;
    }
}
