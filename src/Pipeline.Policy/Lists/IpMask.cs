using System.Net;

namespace Pipeline.Policy.Lists;

/// <summary>Networks of IP addresses.</summary>
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
}
