using System.Globalization;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups.Ldap;

namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>Where a query goes: the server of its URL, those of <c>servers=</c>, those of <c>ldap_default_servers</c>, or the library's own.</summary>
internal static class LdapServers
{
    /// <returns>For each server what the library wants, and what messages say.</returns>
    public static IEnumerable<(string Uri, string Server)> Of(LdapQuery query, string? standing)
    {
        var url = query.Url;
        if (url.Host.Length > 0)
        {
            return [Way(url.Scheme, url.Host, url.Port)];
        }

        var items = ListSyntax.Split(query.Servers ?? standing ?? "");
        return items.Count == 0 ? [Way(url.Scheme, "localhost", url.Port)] : items.Select(item => OfItem(item, url));
    }

    /// <summary><c>host</c>, <c>host:port</c>, or the path of a socket.</summary>
    private static (string Uri, string Server) OfItem(string item, LdapUrl url)
    {
        if (item.StartsWith('/'))
        {
            return Way("ldapi", item, null);
        }

        var colon = item.LastIndexOf(':');
        return colon > item.LastIndexOf(']') && int.TryParse(item.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? Way(url.Scheme, item[..colon], port)
            : Way(url.Scheme, item, url.Port);
    }

    private static (string Uri, string Server) Way(string scheme, string host, int? port)
    {
        if (scheme == "ldapi")
        {
            return ($"ldapi://{Uri.EscapeDataString(host)}", host);
        }

        var place = string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host)}:{port ?? (scheme == "ldaps" ? 636 : 389)}");
        return ($"{scheme}://{place}", place);
    }
}
