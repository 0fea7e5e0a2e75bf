using System.Globalization;
using System.Net;
using Pipeline.Policy.Expansion.Conditions;

namespace Pipeline.Policy.Lists;

/// <summary>Finds out what an item of a host list is.</summary>
internal static class HostItemParser
{
    public static ListItem Parse(string text)
    {
        if (text == "*")
        {
            return new AnyHostItem();
        }

        if (text.Length == 0)
        {
            return new NoHostItem();
        }

        if (TryParseNetwork(text, out var network))
        {
            return new NetworkItem(network);
        }

        if (text.StartsWith('@'))
        {
            return text == "@[]" ? new LocalAddressItem() : new HostNameItem(text == "@" ? null : text);
        }

        if (text[0] is '*' or '^')
        {
            return new HostPatternItem(text);
        }

        return (ListItem?)LookupListItem.TryParse(ListKind.Host, text) ?? new HostNameItem(text);
    }

    public static bool TryParseNetwork(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!AddressConditions.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        var bits = address.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return false;
        }

        network = new IPNetwork(IpMask.Apply(address, length), length);
        return true;
    }
}
