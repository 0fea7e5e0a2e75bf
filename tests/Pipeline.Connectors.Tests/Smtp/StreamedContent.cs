using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>A message whose body comes in pieces, as from a file.</summary>
internal sealed class StreamedContent(string header, byte[] body, int pieceLength) : IMessageContent
{
    public bool FailsToRead { get; init; }

    public ReadOnlyMemory<byte> HeaderBlock { get; } = Encoding.Latin1.GetBytes(header);

    public long BodySize => body.Length;

    public bool TryGetBody(out ReadOnlyMemory<byte> bodyBytes)
    {
        bodyBytes = default;
        return false;
    }

    public Stream OpenBody() => new PieceStream(body, pieceLength, FailsToRead);

    private sealed class PieceStream(byte[] body, int pieceLength, bool fails) : MemoryStream(body, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            fails ? throw new IOException("broken disk") : base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceLength)], cancellationToken);
    }
}
