using System.Net;
using System.Net.Sockets;
using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>Hosts as the C library finds them: <c>/etc/hosts</c>, and what else nsswitch.conf names.</summary>
internal static class SystemHosts
{
    /// <returns>Addresses of both families, which nobody vouches for.</returns>
    public static async ValueTask<DnsAnswer> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return DnsAnswer.Of([.. (await Dns.GetHostAddressesAsync(name, cancellationToken)).Select(address => new AddressRecord(address))]);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return DnsAnswer.NonExistentDomain;
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return DnsAnswer.TemporaryFailure(error.Message);
        }
    }
}
