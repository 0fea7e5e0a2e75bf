using System.Globalization;
using System.Net;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>One entry of a host list.</summary>
/// <param name="UseMx">Written <c>name/MX</c>: the hosts of its MX records are meant.</param>
internal sealed record HostEntry(string Name, IPAddress? Address, int? Port, bool UseMx);

/// <summary>Reads host lists such as <c>a.example : b.example::26 : [192.0.2.1]:25 : c.example/MX</c>.</summary>
internal static class HostListReader
{
    /// <returns>Groups of hosts; an item that is a single plus sign begins a new group, within which the order may be random.</returns>
    public static List<List<HostEntry>> Read(string list)
    {
        List<List<HostEntry>> groups = [[]];
        foreach (var item in ListSyntax.Split(list))
        {
            if (item == "+")
            {
                groups.Add([]);
            }
            else if (item.Length > 0 && groups.Sum(group => group.Count) < HostFinder.MaxHosts)
            {
                groups[^1].Add(ReadEntry(item));
            }
        }

        return groups;
    }

    // The text is an item of a list: a doubled colon is a single one by now.
    public static HostEntry ReadEntry(string item)
    {
        if (item.StartsWith('['))
        {
            var close = item.IndexOf(']', StringComparison.Ordinal);
            if (close > 0 && IPAddress.TryParse(item.AsSpan(1, close - 1), out var bracketed))
            {
                var behind = item.AsSpan(close + 1).TrimStart();
                return new HostEntry(bracketed.ToString(), bracketed, behind is [':', ..] ? Port(behind[1..]) : null, false);
            }
        }

        if (IPAddress.TryParse(item, out var address) && item.AsSpan().ContainsAny('.', ':'))
        {
            return new HostEntry(item, address, null, false);
        }

        var useMx = item.EndsWith("/MX", StringComparison.OrdinalIgnoreCase);
        var name = useMx ? item[..^3].TrimEnd() : item;
        var colon = name.LastIndexOf(':');
        var port = colon > 0 ? Port(name.AsSpan(colon + 1)) : null;
        name = port is null ? name : name[..colon].TrimEnd();
        return IPAddress.TryParse(name, out var literal) && name.Contains('.', StringComparison.Ordinal)
            ? new HostEntry(name, literal, port, false)
            : new HostEntry(name, null, port, useMx);
    }

    private static int? Port(ReadOnlySpan<char> text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : null;
}
