using System.Buffers.Binary;

namespace Pipeline.Connectors.Scanners;

/// <summary>The form in which clamd takes a message: chunks, each behind its length in four octets; a length of zero is the end.</summary>
internal sealed class InstreamFraming(Stream below) : WriteOnlyStream(below)
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!buffer.IsEmpty)
        {
            await WriteLengthAsync(buffer.Length, cancellationToken);
            await Below.WriteAsync(buffer, cancellationToken);
        }
    }

    public override ValueTask EndAsync(CancellationToken cancellationToken) => WriteLengthAsync(0, cancellationToken);

    private ValueTask WriteLengthAsync(int length, CancellationToken cancellationToken)
    {
        var octets = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(octets, length);
        return Below.WriteAsync(octets, cancellationToken);
    }
}
