using System.Collections.Immutable;
using Pipeline.Policy.Authentication;

namespace Pipeline.Connectors.Ports;

/// <summary>AUTH of the smtp transport (RFC 4954).</summary>
public sealed record SmtpClientAuthentication
{
    /// <summary>hosts_require_auth: without it nothing is sent to these.</summary>
    public HostSet Require { get; init; } = HostSet.None;

    /// <summary>hosts_try_auth.</summary>
    public HostSet Try { get; init; } = HostSet.None;

    /// <summary>In order of preference; those whose mechanism the peer offers are tried one after the other.</summary>
    public ImmutableArray<ClientAuthenticator> Authenticators { get; init; } = [];

    /// <summary>authenticated_sender: sent as AUTH= of MAIL; null for the accepted one.</summary>
    public string? AuthenticatedSender { get; init; }

    /// <summary>authenticated_sender_force: send AUTH= also where this session is not authenticated.</summary>
    public bool ForceAuthenticatedSender { get; init; }
}
