using System.Buffers;
using Npgsql;
using Pipeline.Faults;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Large bodies in the database: chunks of one size from number 1 on.</summary>
internal static class BodyChunks
{
    /// <summary>Bodies up to this size are in memory until their acceptance, in chunk 0 then, and come along with a claimed message.</summary>
    public const int InlineBytes = 128 * 1024;

    /// <summary>Octets in a chunk: as much of a large body as is in memory at a time, when it is sent and when it is read.</summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>Sends what is left of a body through one buffer; how many octets.</summary>
    public static async Task<long> WriteAsync(NpgsqlConnection connection, string id, Stream body)
    {
        var sent = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var chunk = 1; ; chunk++)
            {
                var count = await body.ReadAtLeastAsync(buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false);
                if (count == 0)
                {
                    return sent;
                }

                await using var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands = { Statements.Of("put_chunk").Value(id).Value(chunk).Value<ReadOnlyMemory<byte>>(buffer.AsMemory(0, count)) },
                };
                await batch.ExecuteNonQueryAsync();
                Crash.At(CrashPoint.AcceptChunkUploaded);
                sent += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
