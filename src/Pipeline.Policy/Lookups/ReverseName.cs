using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Policy.Lookups;

/// <summary>Names of addresses in the domain name system.</summary>
internal static class ReverseName
{
    /// <summary>The name under <c>in-addr.arpa</c> or <c>ip6.arpa</c> (RFC 1035 section 3.5, RFC 3596 section 2.5).</summary>
    public static string Of(IPAddress address) =>
        Labels(address) + (address.AddressFamily == AddressFamily.InterNetwork ? ".in-addr.arpa" : ".ip6.arpa");

    /// <summary>The octets (IPv4) or nibbles (IPv6) from the last to the first, between dots.</summary>
    public static string Labels(IPAddress address)
    {
        var octets = address.GetAddressBytes();
        var labels = new StringBuilder();
        for (var i = octets.Length - 1; i >= 0; i--)
        {
            labels.Append(labels.Length == 0 ? "" : ".");
            if (octets.Length == 4)
            {
                labels.Append(octets[i].ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                labels.Append(CultureInfo.InvariantCulture, $"{octets[i] & 0xf:x}.{octets[i] >> 4:x}");
            }
        }

        return labels.ToString();
    }
}
