using System.Collections.Immutable;

namespace Pipeline.Connectors.Ports;

/// <summary>AUTH of the smtp transport (RFC 4954).</summary>
public sealed record SmtpClientAuthentication
{
    /// <summary>hosts_require_auth: without it nothing is sent to these.</summary>
    public HostSet Require { get; init; } = HostSet.None;

    /// <summary>hosts_try_auth.</summary>
    public HostSet Try { get; init; } = HostSet.None;

    /// <summary>In order of preference; the first whose mechanism the peer offers is used.</summary>
    public ImmutableArray<SmtpCredential> Credentials { get; init; } = [];

    /// <summary>authenticated_sender: sent as AUTH= of MAIL; null for the accepted one.</summary>
    public string? AuthenticatedSender { get; init; }

    /// <summary>authenticated_sender_force: send AUTH= also where this session is not authenticated.</summary>
    public bool ForceAuthenticatedSender { get; init; }
}

/// <summary>What a client authenticator sends.</summary>
/// <param name="Authenticator">Its name in the configuration.</param>
/// <param name="Mechanism">Its public name: PLAIN, LOGIN, CRAM-MD5, ...</param>
/// <param name="Sends">plaintext: client_send, expanded, one string per step, before base64; <c>^</c> already NUL.</param>
/// <param name="UserName">cram_md5: client_name.</param>
/// <param name="Password">cram_md5: client_secret.</param>
public sealed record SmtpCredential(string Authenticator, string Mechanism, ImmutableArray<Secret> Sends, string? UserName, Secret Password);
