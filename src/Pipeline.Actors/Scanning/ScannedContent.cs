using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Scanning;

/// <summary>What the scanners of one message see: one copy for all of them, as long as its header stays as it is.</summary>
internal sealed class ScannedContent(StagedHeader header, IBodyWriter body)
{
    private (int Version, KeptMessage Message)? _kept;
    private byte[]? _octets;

    /// <summary>The message with its header as it is now.</summary>
    public KeptMessage Now
    {
        get
        {
            if (_kept is not { } kept || kept.Version != header.Version)
            {
                _kept = kept = (header.Version, Keep(header.Compose()));
            }

            return kept.Message;
        }
    }

    /// <summary>A copy where the body is in a buffer: that goes back to its pool when the transaction ends, and a scan may not have noticed by then.</summary>
    private KeptMessage Keep(byte[] composed)
    {
        if (body.TryGetBody(out var octets))
        {
            return new KeptMessage(new InMemoryMessageContent(composed, _octets ??= octets.ToArray()));
        }

        return new KeptMessage(new AcceptedContent(composed, body));
    }
}
