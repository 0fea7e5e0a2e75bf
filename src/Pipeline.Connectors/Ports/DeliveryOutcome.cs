using System.Net;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Ports;

/// <summary>What became of one recipient: delivered, deferred (try again) or failed (for good).</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <param name="Host">The peer's name; null for local transports.</param>
    /// <param name="Ip">The address of the peer that took it.</param>
    /// <param name="Reply">The peer's reply to the final dot (for LMTP, the one for this recipient).</param>
    /// <param name="Detail">For the log: the file written, or the peer's confirmation and cipher.</param>
    /// <param name="PeerKnowsDsn">The peer took over the duty to notify (RFC 3461 section 5.2.1).</param>
    public sealed record Delivered(string? Host, IPAddress? Ip, int Port, SmtpReply? Reply, string Detail, bool PeerKnowsDsn) : DeliveryOutcome
    {
        /// <summary>A success of a transport that has no peer.</summary>
        public static Delivered Locally(string detail) => new(null, null, 0, null, detail, PeerKnowsDsn: false);
    }

    public sealed record Deferred(DeliveryFailure Failure) : DeliveryOutcome;

    public sealed record Failed(DeliveryFailure Failure) : DeliveryOutcome;
}
