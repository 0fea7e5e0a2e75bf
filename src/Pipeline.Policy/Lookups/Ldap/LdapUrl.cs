using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Pipeline.Policy.Lookups.Ldap;

/// <summary>Which entries a search looks at. The numbers are those of the protocol (RFC 4511 section 4.5.1.2).</summary>
public enum LdapScope
{
    BaseObject = 0,
    SingleLevel = 1,
    WholeSubtree = 2,
}

/// <summary>An LDAP URL (RFC 4516): <c>ldap://host:port/base?attributes?scope?filter?extensions</c>. Everything is decoded, one char for each octet.</summary>
/// <param name="Scheme"><c>ldap</c>, <c>ldaps</c> or <c>ldapi</c>.</param>
/// <param name="Host">For <c>ldapi</c> the path of a socket; empty when it is not named.</param>
/// <param name="Port">Null for the standing one.</param>
/// <param name="Attributes">Empty for all.</param>
/// <param name="Filter">Empty for every entry.</param>
public sealed record LdapUrl(string Scheme, string Host, int? Port, string Base, ImmutableArray<string> Attributes, LdapScope Scope, string Filter)
{
    public const int MaxAttributes = 256;

    private const string Separator = "://";

    // What is wrong, as libldap numbers it: operators know the message.
    private const int BadUrl = 5;
    private const int BadHost = 6;
    private const int BadAttributes = 7;
    private const int BadScope = 8;
    private const int BadFilter = 9;

    private static readonly string[] Schemes = ["ldap", "ldaps", "ldapi"];

    /// <summary>Whether a text begins as such URLs do.</summary>
    internal static bool Begins(ReadOnlySpan<char> text) => SchemeOf(text) is not null;

    /// <param name="problem">What is wrong, in Exim's words; empty when nothing is.</param>
    /// <returns>Null with a problem. Extensions are not looked at.</returns>
    public static LdapUrl? Parse(string text, out string problem)
    {
        problem = "";
        return TryParse(text, out var url) is var error && error == 0 ? url : Fail(out problem);

        LdapUrl? Fail(out string problem)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"ldap_url_parse: (error {error}) parsing \"{text}\"");
            return null;
        }
    }

    private static int TryParse(string text, out LdapUrl? url)
    {
        url = null;
        if (SchemeOf(text) is not { } scheme)
        {
            return BadUrl;
        }

        var rest = text[(scheme.Length + Separator.Length)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var place = slash < 0 ? rest : rest[..slash];
        if (!TryReadPlace(place, out var host, out var port))
        {
            return BadHost;
        }

        var parts = (slash < 0 ? "" : rest[(slash + 1)..]).Split('?', 5);
        if (!TryDecode(parts[0], out var name))
        {
            return BadUrl;
        }

        if (!TryReadAttributes(Part(1), out var attributes))
        {
            return BadAttributes;
        }

        if (ScopeOf(Part(2)) is not { } scope)
        {
            return BadScope;
        }

        if (!TryDecode(Part(3), out var filter))
        {
            return BadFilter;
        }

        url = new LdapUrl(scheme, host, port, name, attributes, scope, filter);
        return 0;

        string Part(int index) => index < parts.Length ? parts[index] : "";
    }

    private static string? SchemeOf(ReadOnlySpan<char> text)
    {
        foreach (var scheme in Schemes)
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && text[scheme.Length..].StartsWith(Separator, StringComparison.Ordinal))
            {
                return scheme;
            }
        }

        return null;
    }

    private static bool TryReadPlace(string place, out string host, out int? port)
    {
        port = null;
        host = place;
        var colon = place.LastIndexOf(':');
        if (colon >= 0 && colon > place.LastIndexOf(']'))
        {
            host = place[..colon];
            if (!ushort.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            port = number;
        }

        return TryDecode(host, out host) && !host.Contains('\0', StringComparison.Ordinal);
    }

    private static bool TryReadAttributes(string list, out ImmutableArray<string> attributes)
    {
        attributes = [];
        if (list.Length == 0)
        {
            return true;
        }

        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var item in list.Split(','))
        {
            if (names.Count == MaxAttributes || item.Length == 0 || !TryDecode(item, out var name))
            {
                return false;
            }

            names.Add(name);
        }

        attributes = names.ToImmutable();
        return true;
    }

    private static LdapScope? ScopeOf(string word) => word.ToLowerInvariant() switch
    {
        "" or "base" => LdapScope.BaseObject,
        "one" or "onelevel" => LdapScope.SingleLevel,
        "sub" or "subtree" => LdapScope.WholeSubtree,
        _ => null,
    };

    /// <summary>Percent signs and the two digits behind them are octets; a NUL is none that a directory could have.</summary>
    internal static bool TryDecode(string text, out string decoded)
    {
        decoded = text;
        if (!text.AsSpan().ContainsAny('%', '\0'))
        {
            return true;
        }

        var octets = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '%')
            {
                if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                {
                    return false;
                }

                c = (char)octet;
                i += 2;
            }

            if (c == '\0')
            {
                return false;
            }

            octets.Append(c);
        }

        decoded = octets.ToString();
        return true;
    }
}
