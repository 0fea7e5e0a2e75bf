using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Mail.Spool;

/// <summary>Host and port in spool files: <c>192.0.2.1.25</c>, <c>2001:db8::1.25</c>, and since Exim 4.96 <c>[192.0.2.1]:25</c>.</summary>
internal static class SpoolAddress
{
    /// <summary>The older form.</summary>
    public static string Format(IPEndPoint endPoint)
    {
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        var text = address.ToString();

        // Readers take the first dot of an IPv6 address for the one before the port, so none may be in dotted-quad notation; nor has it a scope.
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && text.AsSpan().ContainsAny('.', '%'))
        {
            var octets = address.GetAddressBytes();
            text = string.Join(':', Enumerable.Range(0, 8).Select(i => ((octets[2 * i] << 8) | octets[(2 * i) + 1]).ToString("x", CultureInfo.InvariantCulture)));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{text}.{endPoint.Port}");
    }

    /// <summary>Reads either form; the port is 0 where there is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        ReadOnlySpan<char> host = text;
        ReadOnlySpan<char> port = default;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || (end + 1 < text.Length && text[end + 1] != ':'))
            {
                return false;
            }

            host = text.AsSpan(1, end - 1);
            port = end + 1 < text.Length ? text.AsSpan(end + 2) : default;
        }
        else
        {
            // A dotted quad has three dots, with or without colons before it; one dot behind colons is that of the port.
            var dots = host.Count('.');
            if (dots == 4 || (dots == 1 && host.Contains(':')))
            {
                var last = host.LastIndexOf('.');
                port = host[(last + 1)..];
                host = host[..last];
            }
        }

        var number = 0;
        if (host.ContainsAny('%', '[') || !IPAddress.TryParse(host, out var address)
            || (!port.IsEmpty && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number > IPEndPoint.MaxPort)))
        {
            return false;
        }

        endPoint = new IPEndPoint(address, number);
        return true;
    }
}
