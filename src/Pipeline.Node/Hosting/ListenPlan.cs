using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Node.Configuration;
using Pipeline.Node.Listeners;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Hosting;

/// <summary>Where a node listens: what the command line says, else node.json, else the policy's local_interfaces and daemon_smtp_ports.</summary>
internal static class ListenPlan
{
    private const int SmtpPort = 25;

    /// <param name="overridden">The value of <c>-oX</c>: a list of ports and addresses in the form of the two options; null when it was not given.</param>
    /// <exception cref="FormatException">A part cannot be read.</exception>
    public static ImmutableArray<ListenerEndpoint> Make(string? overridden, NodeSettings settings, MainOptions options)
    {
        if (overridden is null && settings.Listen.Count > 0)
        {
            return [.. settings.Listen.Select(OfSettings)];
        }

        var items = Items(overridden ?? "");
        var portItems = items.Where(item => item.AsSpan().IndexOfAny('.', ':', '[') < 0).ToArray();
        var interfaceItems = items.Except(portItems).ToArray();
        var ports = (portItems.Length > 0 ? portItems : Items(options.DaemonSmtpPorts?.Constant ?? "smtp")).Select(Port).ToArray();
        var interfaces = interfaceItems.Length > 0 ? interfaceItems : Items(options.LocalInterfaces ?? "");
        var tlsPorts = Items(options.TlsOnConnectPorts ?? "").Select(Port).ToHashSet();
        var addresses = interfaces.Length > 0 ? interfaces : [options.DisableIpv6 || !Socket.OSSupportsIPv6 ? "0.0.0.0" : "[::]"];
        var points = addresses.SelectMany(address => Expand(address, ports)).Distinct().ToArray();

        // The unspecified IPv6 address takes IPv4 too: binding both would be binding one port twice.
        var everywhere = points.Where(point => point.Address.Equals(IPAddress.IPv6Any)).Select(point => point.Port).ToHashSet();
        return
        [
            .. points.Where(point => !point.Address.Equals(IPAddress.Any) || !everywhere.Contains(point.Port))
                .Select(point => new ListenerEndpoint(point, tlsPorts.Contains(point.Port))),
        ];
    }

    private static ListenerEndpoint OfSettings(ListenSettings listen) => new(IPEndPoint.Parse(listen.Address), listen.ImplicitTls)
    {
        ProxyNetworks = [.. (listen.ProxyFrom ?? []).Select(Network)],
    };

    private static IPNetwork Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network : new IPNetwork(IPAddress.Parse(text), text.Contains(':', StringComparison.Ordinal) ? 128 : 32);

    /// <summary>An address for every port, or one with a port of its own: <c>192.0.2.1.26</c>, <c>[192.0.2.1]:26</c>, <c>[2001:db8::1]:26</c>.</summary>
    private static IEnumerable<IPEndPoint> Expand(string item, IReadOnlyList<int> ports)
    {
        if (item.StartsWith('[') && item.IndexOf(']', StringComparison.Ordinal) is var close and > 0
            && IPAddress.TryParse(item.AsSpan(1, close - 1), out var bracketed))
        {
            var behind = item[(close + 1)..];
            return behind.Length == 0
                ? ports.Select(port => new IPEndPoint(bracketed, port))
                : behind[0] == ':' ? [new IPEndPoint(bracketed, Port(behind[1..]))] : throw new FormatException($"\"{item}\" is not an address to listen on");
        }

        if (item.Count(c => c == '.') == 4 && item.LastIndexOf('.') is var dot && IPAddress.TryParse(item.AsSpan(0, dot), out var withPort))
        {
            return [new IPEndPoint(withPort, Port(item[(dot + 1)..]))];
        }

        return IPAddress.TryParse(item, out var address)
            ? ports.Select(port => new IPEndPoint(address, port))
            : throw new FormatException($"\"{item}\" is not an address to listen on");
    }

    private static int Port(string item) => item switch
    {
        "smtp" => SmtpPort,
        "smtps" or "submissions" => 465,
        "submission" => 587,
        _ => int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535
            ? port
            : throw new FormatException($"\"{item}\" is not a port"),
    };

    /// <summary>Items of a list whose separator is a colon or what <c>&lt;c</c> says; a colon between brackets belongs to an IPv6 address.</summary>
    private static string[] Items(string list)
    {
        var text = list.Trim();
        var separator = ':';
        if (text.Length > 1 && text[0] == '<' && !char.IsLetterOrDigit(text[1]))
        {
            (separator, text) = (text[1], text[2..]);
        }

        var items = new List<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (text[i] is '[' or ']'))
            {
                depth += text[i] == '[' ? 1 : -1;
            }
            else if (i == text.Length || (text[i] == separator && depth == 0 && !(i > 0 && text[i - 1] == ']')))
            {
                if (text[start..i].Trim() is { Length: > 0 } item)
                {
                    items.Add(item);
                }

                start = i + 1;
            }
        }

        return [.. items];
    }
}
