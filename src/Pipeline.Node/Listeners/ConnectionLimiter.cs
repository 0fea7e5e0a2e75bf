using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Node.Listeners;

/// <summary>Counts connections: all, by address, and by IPv6 /64. Shared by all endpoints; safe for any thread.</summary>
/// <remarks>Loopback counts among all only: its many connections are this host's own programs, not one greedy client.</remarks>
internal sealed class ConnectionLimiter(SmtpLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly Dictionary<ulong, int> _byNetwork = [];
    private int _all;

    /// <summary>Connections now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _all;
            }
        }
    }

    /// <summary>Counts a connection in; the caller must <see cref="Leave"/> with the same address when this gives null.</summary>
    /// <param name="address">Null for a peer without an address, which is only counted among all.</param>
    /// <returns>Null, or why there may be no further connection.</returns>
    public ConnectionRefusal? Enter(IPAddress? address)
    {
        lock (_gate)
        {
            if (_all >= limits.MaxConnections)
            {
                return ConnectionRefusal.TooMany;
            }

            if (address is not null && !IPAddress.IsLoopback(address))
            {
                address = Unmapped(address);
                int fromAddress = _byAddress.GetValueOrDefault(address);
                if (Exceeds(fromAddress, limits.MaxConnectionsPerAddress))
                {
                    return ConnectionRefusal.TooManyFromAddress;
                }

                if (address.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    ulong network = Network(address);
                    int fromNetwork = _byNetwork.GetValueOrDefault(network);
                    if (Exceeds(fromNetwork, limits.MaxConnectionsPerIPv6Network))
                    {
                        return ConnectionRefusal.TooManyFromNetwork;
                    }

                    _byNetwork[network] = fromNetwork + 1;
                }

                _byAddress[address] = fromAddress + 1;
            }

            _all++;
            return null;
        }
    }

    /// <summary>Counts a connection out.</summary>
    public void Leave(IPAddress? address)
    {
        lock (_gate)
        {
            _all--;
            if (address is null || IPAddress.IsLoopback(address))
            {
                return;
            }

            address = Unmapped(address);
            Decrement(_byAddress, address);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                Decrement(_byNetwork, Network(address));
            }
        }
    }

    private static bool Exceeds(int count, int limit) => limit > 0 && count >= limit;

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static ulong Network(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        _ = address.TryWriteBytes(octets, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(octets);
    }

    private static void Decrement<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        int left = counts.GetValueOrDefault(key) - 1;
        if (left > 0)
        {
            counts[key] = left;
        }
        else
        {
            counts.Remove(key);
        }
    }
}
