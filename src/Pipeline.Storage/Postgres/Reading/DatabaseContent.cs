using Pipeline.Mail.Message;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Reading;

/// <summary>The content of a stored message whose body is in chunks.</summary>
internal sealed class DatabaseContent(PostgresDatabase database, string id, ReadOnlyMemory<byte> headerBlock, long bodySize) : IMessageContent
{
    public ReadOnlyMemory<byte> HeaderBlock => headerBlock;

    public long BodySize => bodySize;

    public bool TryGetBody(out ReadOnlyMemory<byte> body)
    {
        body = default;
        return false;
    }

    /// <summary>Reads fail with <see cref="IOException"/> when the database is out of reach, or the message is complete and its body deleted.</summary>
    public Stream OpenBody() => new ChunkStream(database, id, bodySize);
}
