namespace Pipeline.Mail.Message;

/// <summary>A message that is wholly in memory.</summary>
public sealed class InMemoryMessageContent(ReadOnlyMemory<byte> headerBlock, ReadOnlyMemory<byte> bodyBytes) : IMessageContent
{
    public ReadOnlyMemory<byte> HeaderBlock => headerBlock;

    public long BodySize => bodyBytes.Length;

    public bool TryGetBody(out ReadOnlyMemory<byte> body)
    {
        body = bodyBytes;
        return true;
    }

    public Stream OpenBody() =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bodyBytes, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(bodyBytes.ToArray(), writable: false);
}
