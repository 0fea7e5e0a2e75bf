using System.Buffers;
using System.Data;
using Npgsql;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Postgres.Writing;

namespace Pipeline.Storage.Postgres.Reading;

/// <summary>Reads a body chunk by chunk through one buffer; between two chunks it holds nothing of the database.</summary>
/// <remarks>Bodies never change, so chunks that are read one after the other are of one body. Forward only; asynchronous reads are the ones to use.</remarks>
internal sealed class ChunkStream(PostgresDatabase database, string id, long length) : Stream
{
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _chunk;
    private long _position;
    private bool _disposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_start == _end && _position < length && !buffer.IsEmpty)
        {
            await FillAsync(cancellationToken);
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            (_start, _end) = (0, 0);
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(BodyChunks.ChunkBytes);
        var chunk = _chunk + 1;
        var count = await DatabaseRead.RunAsync(database, connection => ReadChunkAsync(connection, chunk, cancellationToken), cancellationToken);
        if (count == 0)
        {
            throw new IOException($"the body of message {id} is not in the store any more");
        }

        (_chunk, _start, _end) = (chunk, 0, count);
    }

    private async Task<int> ReadChunkAsync(NpgsqlConnection connection, int chunk, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Statements.Of("read_chunk").Value(id).Value(chunk) } };
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return 0;
        }

        await using var octets = await reader.GetStreamAsync(0, cancellationToken);
        return await octets.ReadAtLeastAsync(_buffer.AsMemory(0, BodyChunks.ChunkBytes), BodyChunks.ChunkBytes, throwOnEndOfStream: false, cancellationToken);
    }
}
