using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Dsn;

/// <summary>A notification as a message: header block without the empty line, and body, both in wire form.</summary>
/// <param name="BodyType">8BITMIME when the message it returns needs that.</param>
public sealed record ComposedNotification(ReadOnlyMemory<byte> HeaderBlock, ReadOnlyMemory<byte> Body, BodyType BodyType);
