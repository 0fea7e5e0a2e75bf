using System.Diagnostics.CodeAnalysis;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Lookups;

/// <summary>What a <c>dnsdb</c> lookup does when a name server does not answer for one of its names.</summary>
internal enum DnsDeferPolicy
{
    /// <summary>Deferred only when no name gave anything.</summary>
    Lax = 0,
    Strict = 1,
    Never = 2,
}

/// <summary>How the records of a <c>dnsdb</c> type are shown and found.</summary>
internal enum DnsDatabaseForm
{
    Plain = 0,

    /// <summary><c>mxh</c>: the host without its preference.</summary>
    HostOnly = 1,

    /// <summary><c>zns</c>: name servers of the enclosing zone.</summary>
    ZoneServers = 2,

    /// <summary><c>a+</c>: IPv6 and IPv4 addresses.</summary>
    AllAddresses = 3,
}

/// <summary>A query of <c>dnsdb</c>: <c>[&gt;sep[,fieldsep|;]] [modifier,…] [type=] name[:name…]</c>.</summary>
internal sealed record DnsDatabaseQuery
{
    private static readonly Dictionary<string, (DnsRecordType Type, DnsDatabaseForm Form)> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["a"] = (DnsRecordType.A, DnsDatabaseForm.Plain),
        ["a+"] = (DnsRecordType.A, DnsDatabaseForm.AllAddresses),
        ["aaaa"] = (DnsRecordType.Aaaa, DnsDatabaseForm.Plain),
        ["cname"] = (DnsRecordType.Cname, DnsDatabaseForm.Plain),
        ["mx"] = (DnsRecordType.Mx, DnsDatabaseForm.Plain),
        ["mxh"] = (DnsRecordType.Mx, DnsDatabaseForm.HostOnly),
        ["ns"] = (DnsRecordType.Ns, DnsDatabaseForm.Plain),
        ["ptr"] = (DnsRecordType.Ptr, DnsDatabaseForm.Plain),
        ["srv"] = (DnsRecordType.Srv, DnsDatabaseForm.Plain),
        ["tlsa"] = (DnsRecordType.Tlsa, DnsDatabaseForm.Plain),
        ["txt"] = (DnsRecordType.Txt, DnsDatabaseForm.Plain),
        ["zns"] = (DnsRecordType.Ns, DnsDatabaseForm.ZoneServers),
    };

    /// <summary>Between records.</summary>
    public char Separator { get; private set; } = '\n';

    /// <summary>Between the fields of a record, or the strings of a TXT record; null when not chosen, empty for none.</summary>
    public string? FieldSeparator { get; private set; }

    public DnsDeferPolicy Defer { get; private set; }

    /// <summary><c>dnssec_strict</c>: answers that were not validated do not count.</summary>
    public bool RequiresAuthentication { get; private set; }

    public DnsRecordType Type { get; private set; } = DnsRecordType.Txt;

    public DnsDatabaseForm Form { get; private set; }

    public IReadOnlyList<string> Names { get; private set; } = [];

    public static bool TryParse(string text, [NotNullWhen(true)] out DnsDatabaseQuery? query, out string error)
    {
        query = new DnsDatabaseQuery();
        var rest = text.AsSpan().TrimStart();
        if (rest.Length > 1 && rest[0] == '>')
        {
            query.Separator = rest[1];
            rest = rest[2..];
            if (rest.Length > 1 && rest[0] == ',')
            {
                query.FieldSeparator = rest[1].ToString();
                rest = rest[2..];
            }
            else if (!rest.IsEmpty && rest[0] == ';')
            {
                query.FieldSeparator = "";
                rest = rest[1..];
            }

            rest = rest.TrimStart();
        }

        if (!query.TryReadModifiers(ref rest))
        {
            error = "dnsdb modifier syntax error";
            return false;
        }

        var equals = rest.IndexOf('=');
        if (equals >= 0)
        {
            if (!Types.TryGetValue(rest[..equals].Trim().ToString(), out var type))
            {
                error = "unsupported DNS record type";
                return false;
            }

            (query.Type, query.Form) = type;
            rest = rest[(equals + 1)..].TrimStart();
        }

        query.Names = ListSyntax.Split(rest.ToString());
        error = "";
        return true;
    }

    private bool TryReadModifiers(ref ReadOnlySpan<char> rest)
    {
        while (true)
        {
            var end = rest.IndexOf(',');
            var equals = rest.IndexOf('=');
            var word = end < 0 || (equals >= 0 && equals < end) ? default : rest[..end].Trim();
            if (!IsModifier(rest))
            {
                return true;
            }

            switch (word)
            {
                case "defer_strict":
                    Defer = DnsDeferPolicy.Strict;
                    break;
                case "defer_lax":
                    Defer = DnsDeferPolicy.Lax;
                    break;
                case "defer_never":
                    Defer = DnsDeferPolicy.Never;
                    break;
                case "dnssec_strict":
                    RequiresAuthentication = true;
                    break;
                case "dnssec_lax" or "dnssec_never":
                    RequiresAuthentication = false;
                    break;
                default:
                    // The resolver has its own timing: retrans_T and retry_N are read and have no effect.
                    if (!word.StartsWith("retrans_") && !word.StartsWith("retry_"))
                    {
                        return false;
                    }

                    break;
            }

            rest = rest[(end + 1)..].TrimStart();
        }
    }

    private static bool IsModifier(ReadOnlySpan<char> text) =>
        text.StartsWith("defer_") || text.StartsWith("dnssec_") || text.StartsWith("retrans_") || text.StartsWith("retry_");
}
