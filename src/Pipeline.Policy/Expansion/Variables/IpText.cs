using System.Net;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>IP addresses as text: an IPv4 address mapped into IPv6 is shown as IPv4.</summary>
internal static class IpText
{
    public static string Format(IPAddress? address) =>
        address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
