using System.Collections.Immutable;
using System.Net;

namespace Pipeline.Connectors.Ports;

/// <summary>How a message arrived, as a spool header file tells it. Everything is optional.</summary>
public sealed record SpoolFacts
{
    public string? HeloName { get; init; }

    public IPEndPoint? Client { get; init; }

    public string? ClientName { get; init; }

    /// <summary>The authenticator that the client used.</summary>
    public string? ClientAuthenticator { get; init; }

    public IPEndPoint? Interface { get; init; }

    /// <summary>The name this node went by in the session, when it is not its primary name.</summary>
    public string? ActiveHostName { get; init; }

    public string? Ident { get; init; }

    /// <summary>esmtp, esmtps, local, ...</summary>
    public string? Protocol { get; init; }

    /// <summary>Connection variables by the name behind <c>acl_c</c> (<c>0</c>, <c>_foo</c>); values hold one char per octet.</summary>
    public ImmutableSortedDictionary<string, string> ConnectionVariables { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Message variables by the name behind <c>acl_m</c>; likewise.</summary>
    public ImmutableSortedDictionary<string, string> MessageVariables { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public string? AuthenticatedId { get; init; }

    public bool HostLookupFailed { get; init; }

    public bool HostLookupDeferred { get; init; }

    public string? SpamBar { get; init; }

    public string? SpamScore { get; init; }

    public string? SpamScoreInt { get; init; }

    /// <summary>Scanner verdicts as the bmi_verdicts list.</summary>
    public string? BmiVerdicts { get; init; }

    public bool TlsCertificateVerified { get; init; }

    public string? TlsCipher { get; init; }

    public string? TlsPeerDn { get; init; }

    public string? TlsServerName { get; init; }
}
