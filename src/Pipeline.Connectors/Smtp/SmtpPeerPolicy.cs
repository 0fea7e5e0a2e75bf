using System.Net;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp.Dane;

namespace Pipeline.Connectors.Smtp;

/// <summary>What the host lists of a transport say about one peer.</summary>
internal sealed record SmtpPeerPolicy
{
    public bool AvoidEsmtp { get; init; }

    public bool AvoidPipelining { get; init; }

    public bool PipeConnect { get; init; }

    public bool TryPrdr { get; init; }

    public bool RequireTls { get; init; }

    public bool AvoidTls { get; init; }

    /// <summary>Without a certificate that verifies there is no delivery.</summary>
    public bool VerifyCertificate { get; init; }

    public bool TryVerifyCertificate { get; init; }

    public bool VerifyHostname { get; init; }

    public bool RequireAlpn { get; init; }

    public bool ResumeTls { get; init; }

    /// <summary>What the peer's certificate is held against instead of authorities; null where DANE does not hold.</summary>
    public TlsaRecords? Dane { get; init; }

    public bool RequireAuthentication { get; init; }

    public bool TryAuthentication { get; init; }

    /// <param name="dane">What DNS says of the peer's certificate; null for nothing.</param>
    /// <param name="requireTls">The message came under REQUIRETLS, which includes a verified certificate (RFC 8689 section 4.2.1).</param>
    public static async ValueTask<SmtpPeerPolicy> DecideAsync(
        SmtpTransportSettings settings, string host, IPAddress address, TlsaRecords? dane, bool requireTls, CancellationToken cancellationToken)
    {
        var tls = settings.Tls;
        var authentication = settings.Authentication;
        return new SmtpPeerPolicy
        {
            AvoidEsmtp = await settings.AvoidEsmtp.ContainsAsync(host, address, cancellationToken),
            AvoidPipelining = await settings.AvoidPipelining.ContainsAsync(host, address, cancellationToken),
            PipeConnect = await settings.PipeConnect.ContainsAsync(host, address, cancellationToken),
            TryPrdr = await settings.TryPrdr.ContainsAsync(host, address, cancellationToken),
            Dane = dane,
            RequireTls = requireTls || dane is not null || await tls.Require.ContainsAsync(host, address, cancellationToken),
            AvoidTls = !requireTls && dane is null && await tls.Avoid.ContainsAsync(host, address, cancellationToken),
            VerifyCertificate = requireTls || dane is { Usable.IsEmpty: false } || await tls.Verify.ContainsAsync(host, address, cancellationToken),
            TryVerifyCertificate = await tls.TryVerify.ContainsAsync(host, address, cancellationToken),
            VerifyHostname = requireTls || await tls.VerifyHostnames.ContainsAsync(host, address, cancellationToken),
            RequireAlpn = await tls.RequireAlpn.ContainsAsync(host, address, cancellationToken),
            ResumeTls = await tls.Resume.ContainsAsync(host, address, cancellationToken),
            RequireAuthentication = await authentication.Require.ContainsAsync(host, address, cancellationToken),
            TryAuthentication = await authentication.Try.ContainsAsync(host, address, cancellationToken),
        };
    }
}
