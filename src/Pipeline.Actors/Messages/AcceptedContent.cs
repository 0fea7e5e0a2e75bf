using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>A message that was just accepted, read from what its reception left behind instead of from the store.</summary>
internal sealed class AcceptedContent(ReadOnlyMemory<byte> headerBlock, IBodyWriter written) : IMessageContent
{
    public ReadOnlyMemory<byte> HeaderBlock => headerBlock;

    public long BodySize => written.Length;

    public bool TryGetBody(out ReadOnlyMemory<byte> body) => written.TryGetBody(out body);

    public Stream OpenBody() => written.OpenBody();
}
