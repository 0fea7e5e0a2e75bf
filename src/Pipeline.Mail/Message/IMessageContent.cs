namespace Pipeline.Mail.Message;

/// <summary>A stored message: its header block and its body, in wire form (CRLF line ends, not dot-stuffed).</summary>
/// <remarks>The header block is in memory, since its size is bounded; the body may be any size and is read as a stream, any number of times.</remarks>
public interface IMessageContent
{
    /// <summary>All header fields, each ended by CRLF, without the empty line.</summary>
    ReadOnlyMemory<byte> HeaderBlock { get; }

    /// <summary>Octets after the empty line.</summary>
    long BodySize { get; }

    /// <summary>The body at once, when it is small enough to be in memory.</summary>
    bool TryGetBody(out ReadOnlyMemory<byte> body);

    /// <summary>A new stream over the body, positioned at its start; the caller disposes it.</summary>
    Stream OpenBody();
}
