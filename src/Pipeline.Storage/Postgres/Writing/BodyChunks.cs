using System.Buffers;
using Npgsql;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Large bodies in the database: chunks of one size from number 1 on.</summary>
internal static class BodyChunks
{
    /// <summary>Bodies up to this size are in memory until their acceptance, in chunk 0 then, and come along with a claimed message.</summary>
    public const int InlineBytes = 128 * 1024;

    /// <summary>Octets in a chunk. Larger ones were not faster when measured, and each is in memory once on either side.</summary>
    public const int ChunkBytes = 256 * 1024;

    public static async Task WriteAsync(NpgsqlConnection connection, string id, SpooledBody body)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            await using var stream = body.OpenBody();
            for (var chunk = 1; ; chunk++)
            {
                var count = await stream.ReadAtLeastAsync(buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false);
                if (count == 0)
                {
                    return;
                }

                await using var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands = { Statements.Of("put_chunk").Value(id).Value(chunk).Value<ReadOnlyMemory<byte>>(buffer.AsMemory(0, count)) },
                };
                await batch.ExecuteNonQueryAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
