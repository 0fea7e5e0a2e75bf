using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Pipeline.Mail.Dns;

/// <summary>Reads a zone from JSON: an object of names, each an object of record types.</summary>
/// <remarks>
/// <c>{"name":{"TXT":["text",["two ","strings"]],"A":["192.0.2.1"],"AAAA":[],"MX":["10 host"],"PTR":["name"],"CNAME":["name"],
/// "TLSA":["3 1 1 0123abcd"],"rcode":"SERVFAIL","authentic":true}}</c>.
/// A TXT value that is a list is one record of several strings. <c>rcode</c> (NXDOMAIN, SERVFAIL or TIMEOUT) covers every type of its name;
/// an <c>authentic</c> one has answers that DNSSEC vouches for.
/// A single value may stand without its list.
/// </remarks>
public static class ZoneJson
{
    /// <param name="problem">On failure: what is wrong, and where.</param>
    public static bool TryRead(JsonElement zone, out ZoneResolver resolver, out string problem)
    {
        resolver = new ZoneResolver(ImmutableDictionary<string, ZoneName>.Empty);
        try
        {
            return TryReadZone(zone, ref resolver, out problem);
        }
        catch (InvalidOperationException)
        {
            // The only way the reader has to say that an escape such as \ud800 stands for no character.
            problem = "the zone holds text that is not Unicode";
            return false;
        }
    }

    private static bool TryReadZone(JsonElement zone, ref ZoneResolver resolver, out string problem)
    {
        if (zone.ValueKind != JsonValueKind.Object)
        {
            problem = "a zone is an object of names";
            return false;
        }

        var names = new Dictionary<string, ZoneName>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zone.EnumerateObject())
        {
            if (!TryReadName(entry.Value, out var name, out problem))
            {
                problem = $"{entry.Name}: {problem}";
                return false;
            }

            names[DnsName.TrimFinalDot(entry.Name).ToString()] = name;
        }

        resolver = new ZoneResolver(names);
        problem = "";
        return true;
    }

    private static bool TryReadName(JsonElement entry, out ZoneName name, out string problem)
    {
        name = new ZoneName([]);
        problem = "";
        if (entry.ValueKind != JsonValueKind.Object)
        {
            problem = "a name is an object of record types";
            return false;
        }

        var records = ImmutableArray.CreateBuilder<DnsRecord>();
        DnsAnswer? failure = null;
        var authentic = false;
        foreach (var type in entry.EnumerateObject())
        {
            if (type.NameEquals("rcode"u8))
            {
                if (!TryReadOutcome(type.Value, out failure))
                {
                    problem = "rcode is NXDOMAIN, SERVFAIL or TIMEOUT";
                    return false;
                }

                continue;
            }

            if (type.NameEquals("authentic"u8))
            {
                authentic = type.Value.ValueKind == JsonValueKind.True;
                if (!authentic && type.Value.ValueKind != JsonValueKind.False)
                {
                    problem = "authentic is true or false";
                    return false;
                }

                continue;
            }

            foreach (var value in type.Value.ValueKind == JsonValueKind.Array ? [.. type.Value.EnumerateArray()] : new[] { type.Value })
            {
                if (!TryReadRecord(type.Name, value, out var record))
                {
                    problem = $"{type.Name} {value.GetRawText()} is no record of a type known here";
                    return false;
                }

                records.Add(record);
            }
        }

        name = new ZoneName(records.ToImmutable(), failure) { IsAuthentic = authentic };
        return true;
    }

    private static bool TryReadOutcome(JsonElement value, out DnsAnswer? failure)
    {
        failure = value.ValueKind != JsonValueKind.String ? null : value.GetString() switch
        {
            "NXDOMAIN" => DnsAnswer.NonExistentDomain,
            "SERVFAIL" => DnsAnswer.TemporaryFailure("the name server failed (SERVFAIL)"),
            "TIMEOUT" => DnsAnswer.TemporaryFailure("no answer in time"),
            _ => null,
        };
        return failure is not null;
    }

    private static bool TryReadRecord(string type, JsonElement value, out DnsRecord record)
    {
        record = null!;
        if (type == "TXT" && value.ValueKind == JsonValueKind.Array)
        {
            var strings = value.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.String ? s.GetString() : null).ToArray();
            if (Array.Exists(strings, s => s is null))
            {
                return false;
            }

            record = ToText(strings!);
            return true;
        }

        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { } text)
        {
            return false;
        }

        switch (type)
        {
            case "TXT":
                record = ToText(text);
                return true;
            case "A" when IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork:
                record = new AddressRecord(four);
                return true;
            case "AAAA" when IPAddress.TryParse(text, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6:
                record = new AddressRecord(six);
                return true;
            case "MX" when TryReadExchange(text, out var exchange):
                record = exchange;
                return true;
            case "PTR":
                record = new NameRecord(DnsRecordType.Ptr, ToName(text));
                return true;
            case "CNAME":
                record = new NameRecord(DnsRecordType.Cname, ToName(text));
                return true;
            case "TLSA" when TryReadTlsa(text, out var tlsa):
                record = tlsa;
                return true;
            default:
                return false;
        }
    }

    /// <summary>JSON has characters where DNS has octets: text within Latin-1 stands for its octets, other text for its UTF-8.</summary>
    private static TextRecord ToText(params ReadOnlySpan<string> strings)
    {
        var builder = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(strings.Length);
        foreach (var text in strings)
        {
            var isLatin = !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff');
            builder.Add((isLatin ? System.Text.Encoding.Latin1 : System.Text.Encoding.UTF8).GetBytes(text));
        }

        return new TextRecord(builder.MoveToImmutable());
    }

    private static bool TryReadExchange(string text, out MailExchangeRecord record)
    {
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        record = new MailExchangeRecord(0, "");
        if (blank < 0 || !ushort.TryParse(text.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var preference))
        {
            return false;
        }

        record = new MailExchangeRecord(preference, ToName(text[(blank + 1)..]));
        return true;
    }

    /// <summary>Usage, selector and matching type in decimal, then the data in hexadecimal digits (RFC 6698 section 2.2).</summary>
    private static bool TryReadTlsa(string text, out TlsaRecord record)
    {
        record = new TlsaRecord(0, 0, 0, default);
        if (text.Split(' ') is not [var usage, var selector, var matching, var data]
            || !TryReadOctet(usage, out var u) || !TryReadOctet(selector, out var s) || !TryReadOctet(matching, out var m)
            || data.Length % 2 != 0 || !data.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        record = new TlsaRecord(u, s, m, Convert.FromHexString(data));
        return true;
    }

    private static bool TryReadOctet(string text, out byte octet) => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out octet);

    private static string ToName(string text) => DnsName.TrimFinalDot(text.Trim()).ToString().ToLowerInvariant();
}
