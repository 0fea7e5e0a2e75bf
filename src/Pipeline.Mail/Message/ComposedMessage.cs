using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Message;

/// <summary>A message of our own making: header block without the empty line, and body, both in wire form.</summary>
/// <param name="BodyType">8BITMIME when the message, or the one it returns, needs that.</param>
public sealed record ComposedMessage(ReadOnlyMemory<byte> HeaderBlock, ReadOnlyMemory<byte> Body, BodyType BodyType);
