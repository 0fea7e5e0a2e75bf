using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Mail.Spf;

/// <summary>Addresses as SPF writes and compares them. The general parser of .NET takes too much: <c>1.2.3</c>, octal, hexadecimal, scopes.</summary>
internal static class SpfAddress
{
    private const int MaxTextLength = 45;

    /// <summary>The address as it is compared: IPv4 out of its IPv6 mapping, IPv6 without the scope of a local link.</summary>
    public static IPAddress Normalise(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;

    /// <summary>Four decimal numbers from 0 to 255 without leading zeros.</summary>
    public static bool TryParse4(ReadOnlySpan<byte> text, out IPAddress? address)
    {
        Span<byte> octets = stackalloc byte[4];
        address = null;
        for (var i = 0; i < 4; i++)
        {
            var end = i < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (end is < 1 or > 3 || (end > 1 && text[0] == (byte)'0') || !byte.TryParse(text[..end], out octets[i])
                || text[..end].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return false;
            }

            text = i < 3 ? text[(end + 1)..] : [];
        }

        address = new IPAddress(octets);
        return true;
    }

    /// <summary>The forms of RFC 4291 section 2.2, the last 32 bits perhaps in dotted form.</summary>
    public static bool TryParse6(ReadOnlySpan<byte> text, out IPAddress? address)
    {
        address = null;
        if (text.Length > MaxTextLength || !text.Contains((byte)':'))
        {
            return false;
        }

        foreach (var octet in text)
        {
            if (!char.IsAsciiHexDigit((char)octet) && octet is not ((byte)':' or (byte)'.'))
            {
                return false;
            }
        }

        var tail = text[(text.LastIndexOf((byte)':') + 1)..];
        return (!text.Contains((byte)'.') || TryParse4(tail, out _))
            && IPAddress.TryParse(Encoding.ASCII.GetString(text), out address)
            && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    /// <summary>Whether two addresses of the same family agree in their first bits; addresses of different families never do.</summary>
    public static bool IsInNetwork(IPAddress client, IPAddress network, int prefix)
    {
        if (client.AddressFamily != network.AddressFamily)
        {
            return false;
        }

        Span<byte> left = stackalloc byte[16], right = stackalloc byte[16];
        client.TryWriteBytes(left, out _);
        network.TryWriteBytes(right, out _);
        var whole = prefix / 8;
        var rest = prefix % 8;
        return left[..whole].SequenceEqual(right[..whole]) && (rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0);
    }
}
