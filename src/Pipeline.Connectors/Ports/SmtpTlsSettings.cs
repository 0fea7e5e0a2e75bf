namespace Pipeline.Connectors.Ports;

/// <summary>TLS of the smtp transport. File values are paths.</summary>
public sealed record SmtpTlsSettings
{
    /// <summary>hosts_require_tls: without TLS nothing is sent to these.</summary>
    public HostSet Require { get; init; } = HostSet.None;

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

    /// <summary>tls_require_ciphers, in OpenSSL's notation; null for the platform's choice.</summary>
    public string? Ciphers { get; init; }

    /// <summary>After a failed STARTTLS or handshake, try in clear where TLS is not required.</summary>
    public bool TemporaryFailureTryClear { get; init; } = true;
}
