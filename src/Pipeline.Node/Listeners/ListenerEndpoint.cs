using System.Collections.Immutable;
using System.Net;

namespace Pipeline.Node.Listeners;

/// <summary>One address that the server listens on.</summary>
/// <param name="Address">Address and port; port 0 lets the system choose.</param>
/// <param name="ImplicitTls">TLS begins with the connection (RFC 8314 section 3.3; <c>tls_on_connect_ports</c>).</param>
public sealed record ListenerEndpoint(IPEndPoint Address, bool ImplicitTls = false)
{
    /// <summary>Peers in these networks are proxies: they must begin with a PROXY header (v1 or v2), as those that the policy names. Everyone else is a client and sends none.</summary>
    public ImmutableArray<IPNetwork> ProxyNetworks { get; init; } = [];
}
