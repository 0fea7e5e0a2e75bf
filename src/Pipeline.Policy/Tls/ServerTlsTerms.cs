using System.Collections.Immutable;
using System.Net.Security;
using Pipeline.Policy.Tls.Ciphers;

namespace Pipeline.Policy.Tls;

/// <summary>What is asked of a client's certificate.</summary>
public enum ClientCertificateDemand
{
    /// <summary>Nothing; it is not asked for.</summary>
    None = 0,

    /// <summary>It is asked for and judged, and may be missing or bad (<c>tls_try_verify_hosts</c>).</summary>
    Try = 1,

    /// <summary>Without one that is good there is no session (<c>tls_verify_hosts</c>).</summary>
    Require = 2,
}

/// <summary>What the policy says of one TLS session with a client. Made for each handshake of what is cached.</summary>
public sealed record ServerTlsTerms
{
    public static ServerTlsTerms Default { get; } = new();

    public ClientCertificateDemand ClientCertificate { get; init; }

    /// <summary>By what the client's certificate is judged.</summary>
    public CertificateTrust Trust { get; init; } = CertificateTrust.OfSystem;

    /// <summary>Protocols that a client may name (RFC 7301); one that names none of these, but others, is no client of ours. Empty: what it names is not looked at.</summary>
    public ImmutableArray<SslApplicationProtocol> ApplicationProtocols { get; init; } = [];

    /// <summary>The client must name one.</summary>
    public bool RequiresAlpn { get; init; }

    /// <summary>The session may be resumed.</summary>
    public bool Resumes { get; init; }

    public CipherPreference Ciphers { get; init; } = CipherPreference.Default;
}
