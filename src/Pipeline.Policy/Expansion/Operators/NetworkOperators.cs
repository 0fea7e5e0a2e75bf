using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Operators on IP addresses: <c>mask</c>, <c>reverse_ip</c>, <c>ipv6norm</c>, <c>ipv6denorm</c>.</summary>
internal static class NetworkOperators
{
    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("mask", Mask),
        OperatorDefinition.Of("reverse_ip", Reverse),
        OperatorDefinition.Of("ipv6norm", call => Normalise(call, full: false)),
        OperatorDefinition.Of("ipv6denorm", call => Normalise(call, full: true)),
    ];

    /// <summary>A mask behind the address is allowed, and makes no difference.</summary>
    private static ExpansionResult Reverse(OperatorCall call) => TryParse(call.Subject, out var address, out _)
        ? ExpansionResult.Success(ReverseName.Labels(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
        : ExpansionResult.Failed($"reverse_ip() not given an IP address [{call.Subject[..Math.Min(40, call.Subject.Length)]}]");

    /// <param name="length">The number behind the slash, or null without one.</param>
    private static bool TryParse(string text, out IPAddress address, out int? length)
    {
        length = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return AddressConditions.TryParse(text, out address);
        }

        var numbered = int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        length = number;
        return AddressConditions.TryParse(text[..slash], out address) && numbered;
    }

    private static ExpansionResult Mask(OperatorCall call)
    {
        if (!TryParse(call.Subject, out var address, out var mask))
        {
            return ExpansionResult.Failed($"\"{call.Subject}\" is not an IP address");
        }

        if (mask is not { } length)
        {
            return ExpansionResult.Failed($"missing mask value in \"{call.Subject}\"");
        }

        if (length > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return ExpansionResult.Failed($"mask value too big in \"{call.Subject}\"");
        }

        // Keys of searched files cannot have colons, so an IPv6 network is written with dots unless mask_n asks for the normal form.
        var network = IpMask.Apply(address, length);
        var text = call.Suffix == "n" ? network.ToString() : IpMask.Format(network, dots: true);
        return ExpansionResult.Success(string.Create(CultureInfo.InvariantCulture, $"{text}/{length}"));
    }

    private static ExpansionResult Normalise(OperatorCall call, bool full)
    {
        if (!AddressConditions.TryParse(call.Subject, out var address))
        {
            return ExpansionResult.Failed($"\"{call.Subject}\" is not an IP address");
        }

        address = address.MapToIPv6();
        return ExpansionResult.Success(full ? IpMask.Format(address, dots: false) : IpMask.Compress(address));
    }
}
