using System.Net;

namespace Pipeline.Node.Hosting;

/// <summary>Where this node itself takes mail: a delivery there would come straight back (<c>allow_localhost</c>).</summary>
/// <remarks>
/// An address of this machine with a port of somebody else's is not this node: a store or a second server beside it is an ordinary next hop.
/// Listeners have their ports only when they have started, and mail that was queued is tried before that, so the plan counts until then.
/// </remarks>
internal sealed class OwnEndpoints
{
    private readonly Func<IReadOnlyList<IPAddress>> _localAddresses;
    private volatile IReadOnlyList<IPEndPoint> _listeners;

    /// <param name="planned">The listeners as they are configured.</param>
    /// <param name="localAddresses">Addresses of the interfaces of this machine; those on loopback count in any case.</param>
    public OwnEndpoints(IReadOnlyList<IPEndPoint> planned, Func<IReadOnlyList<IPAddress>> localAddresses)
    {
        _listeners = planned;
        _localAddresses = localAddresses;
    }

    /// <summary>The listeners have started: these are their real addresses and ports.</summary>
    public void Started(IReadOnlyList<IPEndPoint> listeners) => _listeners = listeners;

    /// <summary>Does a connection to this address and port end at a listener of this node?</summary>
    public bool Contains(IPEndPoint endPoint)
    {
        var address = Plain(endPoint.Address);
        foreach (var listener in _listeners)
        {
            if (listener.Port == endPoint.Port && Takes(Plain(listener.Address), address))
            {
                return true;
            }
        }

        return false;
    }

    private bool Takes(IPAddress listening, IPAddress address)
    {
        // A connection to the unspecified address goes to this machine.
        if (listening.Equals(address) || IsUnspecified(address))
        {
            return listening.Equals(address) || IsUnspecified(listening) || IPAddress.IsLoopback(listening);
        }

        // Sockets for any IPv6 address take IPv4 too, the other way round they do not.
        return IsUnspecified(listening)
            && (listening.Equals(IPAddress.IPv6Any) || address.AddressFamily == listening.AddressFamily)
            && (IPAddress.IsLoopback(address) || _localAddresses().Contains(address));
    }

    private static bool IsUnspecified(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
