using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Smtp;

/// <summary>What a transport does not send at all: message_size_limit and message_linelength_limit.</summary>
internal static class MessageLimits
{
    private const string TooLong = "message has lines too long for transport";

    /// <summary>The failure for every recipient, or null. Lines of a body that is not in memory are looked at while they are sent.</summary>
    public static DeliveryFailure? Check(SmtpTransportSettings settings, OutgoingMessage message)
    {
        if (settings.MessageSizeLimit > 0 && message.Size > settings.MessageSizeLimit)
        {
            return new DeliveryFailure { Class = FailureClass.TooBig, Reason = $"message is too big (transport limit = {settings.MessageSizeLimit})" };
        }

        var limit = settings.MessageLineLengthLimit;
        return limit > 0 && (HasLongLine(message.HeaderBlock.Span, limit) || (message.TryGetBody(out var body) && HasLongLine(body.Span, limit)))
            ? new DeliveryFailure { Class = FailureClass.Permanent, Reason = TooLong }
            : null;
    }

    public static DeliveryOutcome LinesTooLong(SmtpPeer peer) => new DeliveryOutcome.Failed(peer.Failure(FailureClass.Permanent, TooLong));

    private static bool HasLongLine(ReadOnlySpan<byte> text, int limit)
    {
        while (text.Length > limit)
        {
            var end = text.IndexOf((byte)'\n');
            var length = end < 0 ? text.Length : end > 0 && text[end - 1] == (byte)'\r' ? end - 1 : end;
            if (length > limit)
            {
                return true;
            }

            if (end < 0)
            {
                return false;
            }

            text = text[(end + 1)..];
        }

        return false;
    }
}
