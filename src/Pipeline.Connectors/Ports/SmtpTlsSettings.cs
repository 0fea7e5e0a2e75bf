namespace Pipeline.Connectors.Ports;

/// <summary>TLS of the smtp transport. File values are paths.</summary>
public sealed record SmtpTlsSettings
{
    /// <summary>hosts_require_tls: without TLS nothing is sent to these.</summary>
    public HostSet Require { get; init; } = HostSet.None;

    /// <summary>hosts_try_dane: the TLSA records of these hold, where they have any (RFC 7672).</summary>
    public HostSet TryDane { get; init; } = HostSet.Everyone;

    /// <summary>hosts_require_dane: without TLSA records nothing is sent to these.</summary>
    public HostSet RequireDane { get; init; } = HostSet.None;

    /// <summary>dane_require_tls_ciphers; null for <see cref="Ciphers"/>.</summary>
    public string? DaneCiphers { get; init; }

    /// <summary>hosts_avoid_tls.</summary>
    public HostSet Avoid { get; init; } = HostSet.None;

    /// <summary>hosts_verify_avoid_tls: callouts are made in clear.</summary>
    public HostSet AvoidInCallouts { get; init; } = HostSet.None;

    /// <summary>tls_verify_hosts: the certificate must verify.</summary>
    public HostSet Verify { get; init; } = HostSet.None;

    /// <summary>tls_try_verify_hosts: verified and recorded, but used in any case.</summary>
    public HostSet TryVerify { get; init; } = HostSet.Everyone;

    /// <summary>tls_verify_cert_hostnames: verifying includes the host's name.</summary>
    public HostSet VerifyHostnames { get; init; } = HostSet.Everyone;

    /// <summary><c>system</c>, or a file or directory of certificates in PEM.</summary>
    public string VerifyCertificates { get; init; } = "system";

    public string? CertificateFile { get; init; }

    public string? PrivateKeyFile { get; init; }

    public string? RevocationListFile { get; init; }

    /// <summary>Server name to indicate; null for the host's name when it is one.</summary>
    public string? ServerNameIndication { get; init; }

    /// <summary>tls_require_ciphers, in the language of OpenSSL or of GnuTLS; null for the platform's choice.</summary>
    public string? Ciphers { get; init; }

    /// <summary>openssl_options; null for none.</summary>
    public string? LibraryOptions { get; init; }

    /// <summary>tls_dh_min_bits; 0 for no bound.</summary>
    public int DhMinBits { get; init; }

    /// <summary>tls_alpn: the protocol to name in the handshake; null for none.</summary>
    public string? Alpn { get; init; }

    /// <summary>hosts_require_alpn: these must confirm the protocol.</summary>
    public HostSet RequireAlpn { get; init; } = HostSet.None;

    /// <summary>tls_resumption_hosts: sessions with these may be resumed.</summary>
    public HostSet Resume { get; init; } = HostSet.None;

    /// <summary>After a failed STARTTLS or handshake, try in clear where TLS is not required.</summary>
    public bool TemporaryFailureTryClear { get; init; } = true;
}
