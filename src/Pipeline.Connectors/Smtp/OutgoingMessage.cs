using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

/// <summary>What goes over the wire for one delivery: the edited and signed header block, and the stored body; or, of <c>body_only</c>, the body alone.</summary>
internal sealed class OutgoingMessage(ReadOnlyMemory<byte> headerBlock, IMessageContent content, bool bodyOnly = false)
{
    /// <summary>Every field ended by CRLF, without the empty line.</summary>
    public ReadOnlyMemory<byte> HeaderBlock { get; } = bodyOnly ? default : headerBlock;

    /// <summary>What stands between header block and body.</summary>
    public ReadOnlySpan<byte> Separator => bodyOnly ? [] : "\r\n"u8;

    /// <summary>Octets of header block, empty line and body, dots not doubled.</summary>
    public long Size => HeaderBlock.Length + Separator.Length + content.BodySize;

    /// <summary>The message of a job, as far as its transport wants it.</summary>
    public static OutgoingMessage Of(DeliveryJob job, ReadOnlyMemory<byte> headerBlock) => new(headerBlock, job.ContentToDeliver, job.Transport.BodyOnly);

    public bool TryGetBody(out ReadOnlyMemory<byte> body) => content.TryGetBody(out body);

    public Stream OpenBody() => content.OpenBody();
}
