using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Support;

internal sealed class FakeBody : IBodyWriter
{
    private readonly MemoryStream _octets = new();

    public bool FailsToWrite { get; init; }

    public bool Disposed { get; private set; }

    public long Length => _octets.Length;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (FailsToWrite)
        {
            throw new IOException("No space left on device");
        }

        _octets.Write(octets.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public bool TryGetBody(out ReadOnlyMemory<byte> body)
    {
        body = _octets.ToArray();
        return true;
    }

    public Stream OpenBody() => new MemoryStream(_octets.ToArray(), writable: false);

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
