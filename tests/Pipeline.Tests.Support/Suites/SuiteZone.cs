using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Tests.Support.Yaml;

namespace Pipeline.Tests.Support.Suites;

/// <summary>
/// The DNS notation of this project's own vectors: text is one TXT record; a list is the strings of one record; a list of lists is several
/// records; a map has lists of records of types other than TXT; <c>!nxdomain</c>, <c>!norec</c>, <c>!servfail</c> and <c>!timeout</c> are outcomes.
/// </summary>
public static class SuiteZone
{
    public static ZoneResolver Read(YamlNode? zone)
    {
        var names = new Dictionary<string, ZoneName>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in zone?.Entries ?? [])
        {
            names[name] = ReadName(value);
        }

        return new ZoneResolver(names);
    }

    /// <summary>Text as the octets of a record: Latin-1 where it fits, as the suites mean it, else UTF-8.</summary>
    public static TextRecord ToRecord(IEnumerable<string> strings) => new(
        [.. strings.Select(s => (ReadOnlyMemory<byte>)(s.Any(c => c > '\u00ff') ? Encoding.UTF8 : Encoding.Latin1).GetBytes(s))]);

    private static DnsRecord ReadRecord(string type, string value) => type switch
    {
        "A" or "AAAA" => new AddressRecord(IPAddress.Parse(value)),
        "MX" when value.Split(' ') is [var preference, var exchange] =>
            new MailExchangeRecord(ushort.Parse(preference, CultureInfo.InvariantCulture), exchange),
        "TXT" => ToRecord([value]),
        "CNAME" => new NameRecord(DnsRecordType.Cname, value),
        _ => throw new InvalidDataException($"{type} {value} is no record of a type known here"),
    };

    private static ZoneName ReadName(YamlNode value)
    {
        switch (value)
        {
            case YamlScalar { Value: "!nxdomain" }:
                return new ZoneName([], DnsAnswer.NonExistentDomain);
            case YamlScalar { Value: "!norec" }:
                return new ZoneName([]);
            case YamlScalar { Value: "!servfail" or "!timeout" } failure:
                return new ZoneName([], DnsAnswer.TemporaryFailure(failure.Value));
            case YamlMap map:
                return new ZoneName([.. map.Pairs.SelectMany(type => type.Value.Items.Select(item => ReadRecord(type.Key, item.Text)))]);
            case YamlList list when list.Values.All(v => v is YamlList):
                return new ZoneName([.. list.Values.Select(record => ToRecord(record.Items.Select(s => s.Text)))]);
            default:
                return new ZoneName(ImmutableArray.Create<DnsRecord>(ToRecord(value.Items.Select(s => s.Text))));
        }
    }
}
