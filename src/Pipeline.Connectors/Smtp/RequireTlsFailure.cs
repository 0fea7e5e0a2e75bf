using Pipeline.Connectors.Ports;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Smtp;

/// <summary>Why a host may not have a message that is under REQUIRETLS (RFC 8689 section 4.2.1). Each is a fault of this host for good: another may do.</summary>
internal static class RequireTlsFailure
{
    private const string Wanted = "REQUIRETLS support is required from the server but ";

    private static readonly EnhancedStatusCode SupportRequired = new(5, 7, 30);
    private static readonly EnhancedStatusCode EncryptionNeeded = new(5, 7, 10);

    /// <summary>A forged MX record could name a host of somebody else, with a certificate of its own that is in order.</summary>
    public static DeliveryFailure NameNotSecure(SmtpPeer peer) => For(peer, Wanted + "DNSSEC does not vouch for the MX record that names it");

    public static DeliveryFailure NotOffered(SmtpPeer peer) => For(peer, Wanted + "it was not offered");

    /// <summary>A peer without TLS, or without one that can be trusted, remains so; whether one with troubles does is not known.</summary>
    public static DeliveryFailure Of(DeliveryFailure failure) => failure switch
    {
        { Class: FailureClass.TlsRequired or FailureClass.TlsFailed, IsPassing: false } => failure with { Class = FailureClass.MissingExtension, Status = EncryptionNeeded },
        _ => failure,
    };

    private static DeliveryFailure For(SmtpPeer peer, string reason) =>
        peer.Failure(FailureClass.MissingExtension, reason, hostWide: true) with { Status = SupportRequired };
}
