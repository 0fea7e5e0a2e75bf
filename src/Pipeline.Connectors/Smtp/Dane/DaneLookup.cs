using System.Globalization;
using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Smtp.Dane;

/// <summary>Finds out whether DANE holds for a peer, and by which records (RFC 7672). The words are those of Exim.</summary>
/// <remarks>
/// It holds where DNSSEC vouches for all that led to the peer: the MX record that names it, its addresses, and the TLSA records. Short of that
/// <c>hosts_try_dane</c> goes on without it, and <c>hosts_require_dane</c> does not. A failure to find out is neither: the delivery waits.
/// </remarks>
internal sealed class DaneLookup(IDnsResolver resolver)
{
    /// <param name="mayIgnore">The sender does not want the policy of the peer to stand in the way (RFC 8689 section 4.2.2).</param>
    public async ValueTask<DaneFinding> FindAsync(
        SmtpTransportSettings settings, DestinationHost host, IPEndPoint endPoint, bool mayIgnore, CancellationToken cancellationToken)
    {
        if (settings.Protocol == SmtpDialect.Lmtp)
        {
            return default;
        }

        var required = await settings.Tls.RequireDane.ContainsAsync(host.Name, endPoint.Address, cancellationToken);
        if (!required && (mayIgnore || !await settings.Tls.TryDane.ContainsAsync(host.Name, endPoint.Address, cancellationToken)))
        {
            return default;
        }

        var peer = new SmtpPeer(host.Name, endPoint);
        if (!host.IsNameSecure || !host.AreAddressesSecure)
        {
            return required ? Missing(peer, $"DANE error: {host.Name} lookup not DNSSEC") : default;
        }

        var answer = await resolver.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"_{endPoint.Port}._tcp.{host.Name}"), DnsRecordType.Tlsa, cancellationToken);
        if (answer.IsTemporaryFailure)
        {
            return new DaneFinding(null, peer.Failure(FailureClass.Lookup, "DANE error: tlsa lookup DEFER", detail: answer.Reason, hostWide: true));
        }

        var records = answer is { Outcome: DnsOutcome.Success, Authenticated: true } ? new TlsaRecords(answer.Records.OfType<TlsaRecord>()) : null;
        return required && records is not { Usable.IsEmpty: false } ? Missing(peer, "DANE error: tlsa lookup FAIL") : new DaneFinding(records, null);
    }

    private static DaneFinding Missing(SmtpPeer peer, string reason) => new(null, peer.Failure(FailureClass.MissingExtension, reason, hostWide: true));
}

/// <param name="Records">Null where DANE does not hold.</param>
/// <param name="Failure">Why the peer may not be used; null when it may.</param>
internal readonly record struct DaneFinding(TlsaRecords? Records, DeliveryFailure? Failure);
