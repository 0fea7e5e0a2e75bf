using Npgsql;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A connection to the database that is already open, since opening one takes time that a look at one moment does not have.</summary>
internal sealed class QueueObserver : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private QueueObserver(NpgsqlConnection connection) => _connection = connection;

    public static async Task<QueueObserver> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var observer = new QueueObserver(new NpgsqlConnection(database + ";Pooling=false"));
        await observer._connection.OpenAsync(cancellationToken);
        return observer;
    }

    /// <summary>The messages that are in the hands of a node.</summary>
    public async Task<IReadOnlyList<MessageId>> HeldByAsync(string node, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id FROM queue WHERE owner = $1", _connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var held = new List<MessageId>();
        while (await rows.ReadAsync(cancellationToken))
        {
            held.Add(MessageId.Create(rows.GetString(0)));
        }

        return held;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
