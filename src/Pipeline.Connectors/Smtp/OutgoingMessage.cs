using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

/// <summary>What goes over the wire for one delivery: the edited and signed header block, and the stored body.</summary>
internal sealed class OutgoingMessage(ReadOnlyMemory<byte> headerBlock, IMessageContent content)
{
    /// <summary>Every field ended by CRLF, without the empty line.</summary>
    public ReadOnlyMemory<byte> HeaderBlock => headerBlock;

    /// <summary>Octets of header block, empty line and body, dots not doubled.</summary>
    public long Size => headerBlock.Length + 2 + content.BodySize;

    public bool TryGetBody(out ReadOnlyMemory<byte> body) => content.TryGetBody(out body);

    public Stream OpenBody() => content.OpenBody();
}
