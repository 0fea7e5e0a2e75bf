using Npgsql;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>A statement of membership, loaded once, run with positional values.</summary>
internal sealed class MemberSql(string name)
{
    private readonly string _text = SqlText.Postgres.Load("member_" + name);

    public NpgsqlCommand On(NpgsqlConnection connection, NpgsqlTransaction? transaction, params ReadOnlySpan<object?> values) =>
        Bind(new NpgsqlCommand(_text, connection, transaction), values);

    public NpgsqlCommand On(NpgsqlDataSource source, params ReadOnlySpan<object?> values) => Bind(source.CreateCommand(_text), values);

    private static NpgsqlCommand Bind(NpgsqlCommand command, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }
}
