using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Policy.Lists;

/// <summary>Networks of IP addresses, and addresses as keys.</summary>
internal static class IpMask
{
    /// <summary>The address with all bits behind the first <paramref name="length"/> cleared.</summary>
    public static IPAddress Apply(IPAddress address, int length)
    {
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            octets[i] &= (byte)(0xff00 >> kept);
        }

        return new IPAddress(octets);
    }

    /// <summary>An IPv4 address as usual; an IPv6 address in full, lower case, eight groups of four digits.</summary>
    /// <param name="dots">Dots between the groups instead of colons.</param>
    public static string Format(IPAddress address, bool dots)
    {
        var octets = address.GetAddressBytes();
        if (octets.Length == 4)
        {
            return address.ToString();
        }

        var text = new StringBuilder(39);
        for (var i = 0; i < octets.Length; i += 2)
        {
            text.Append(i == 0 ? "" : dots ? "." : ":").Append(CultureInfo.InvariantCulture, $"{octets[i]:x2}{octets[i + 1]:x2}");
        }

        return text.ToString();
    }

    /// <summary>An IPv6 address with its longest run of zeros, be it a single one, left out; never with dots.</summary>
    public static string Compress(IPAddress address)
    {
        var octets = address.GetAddressBytes();
        var groups = new int[octets.Length / 2];
        var (best, bestLength, run) = (0, 0, 0);
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = (octets[2 * i] << 8) | octets[(2 * i) + 1];
            run = groups[i] == 0 ? run + 1 : 0;
            if (run > bestLength)
            {
                (best, bestLength) = (i - run + 1, run);
            }
        }

        var text = new StringBuilder(39);
        for (var i = 0; i < groups.Length; i++)
        {
            if (bestLength > 0 && i == best)
            {
                text.Append("::");
                i += bestLength - 1;
            }
            else
            {
                text.Append(i == 0 || i == best + bestLength && bestLength > 0 ? "" : ":").Append(CultureInfo.InvariantCulture, $"{groups[i]:x}");
            }
        }

        return text.ToString();
    }
}
