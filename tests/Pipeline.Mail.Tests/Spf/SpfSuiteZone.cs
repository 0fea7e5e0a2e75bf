using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Tests.Support.Suites;
using Pipeline.Tests.Support.Yaml;

namespace Pipeline.Mail.Tests.Spf;

/// <summary>The DNS notation of the RFC 7208 test suite.</summary>
internal static class SpfSuiteZone
{
    private static readonly DnsAnswer Timeout = DnsAnswer.TemporaryFailure("no answer in time");

    private static readonly ImmutableArray<DnsRecordType> Types =
        [DnsRecordType.A, DnsRecordType.Aaaa, DnsRecordType.Mx, DnsRecordType.Txt, DnsRecordType.Ptr, DnsRecordType.Cname];

    public static ZoneResolver Read(YamlNode zone) => new(zone.Entries.ToDictionary(e => e.Key, e => ReadName(e.Value)));

    private static ZoneName ReadName(YamlNode node)
    {
        var records = new List<DnsRecord>();
        var failing = new HashSet<DnsRecordType>();
        var entries = node.Items.OfType<YamlMap>().SelectMany(e => e.Pairs).ToList();
        foreach (var item in node.Items)
        {
            if (item is YamlScalar { Value: "TIMEOUT" })
            {
                failing.UnionWith(Types.Where(t => !records.Exists(r => r.Type == t)));
            }

            foreach (var (type, value) in item.Entries)
            {
                AddRecord(type, value, entries, records, failing);
            }
        }

        return new ZoneName([.. records], Timeout, [.. failing]);
    }

    private static void AddRecord(
        string type, YamlNode value, List<KeyValuePair<string, YamlNode>> entries, List<DnsRecord> records, HashSet<DnsRecordType> failing)
    {
        if (value is YamlScalar { Value: "TIMEOUT" })
        {
            failing.Add(Enum.Parse<DnsRecordType>(type == "SPF" ? "TXT" : type, ignoreCase: true));
            return;
        }

        switch (type)
        {
            case "SPF" when !entries.Exists(e => e.Key == "TXT"):
            case "TXT" when value is not YamlScalar { Value: "NONE" }:
                records.Add(SuiteZone.ToRecord(value is YamlList list ? list.Values.Select(v => v.Text) : [value.Text]));
                break;
            case "A" or "AAAA":
                records.Add(new AddressRecord(IPAddress.Parse(value.Text)));
                break;
            case "MX":
                records.Add(new MailExchangeRecord(ushort.Parse(value.Items[0].Text, CultureInfo.InvariantCulture), value.Items[1].Text));
                break;
            case "PTR":
                records.Add(new NameRecord(DnsRecordType.Ptr, value.Text.TrimEnd('.')));
                break;
            case "CNAME":
                records.Add(new NameRecord(DnsRecordType.Cname, value.Text));
                break;
        }
    }
}
