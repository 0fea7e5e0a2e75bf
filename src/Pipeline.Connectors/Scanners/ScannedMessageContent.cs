using System.Net;
using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Scanners;

/// <summary>A message as part of an HTTP request: written as it is read, never in memory as a whole.</summary>
internal sealed class ScannedMessageContent(IScannedMessage message) : HttpContent
{
    /// <summary>Something of it has been written: one that cannot be repeated is spent.</summary>
    public bool HasBegun { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasBegun = true;
        return message.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = message.Size;
        return true;
    }
}
