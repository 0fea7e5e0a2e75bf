using System.Collections.Immutable;
using System.Net;

namespace Pipeline.Mail.Dns;

/// <summary>The data of one resource record. Names inside are lower case and without the final dot; the root is the empty string.</summary>
public abstract record DnsRecord(DnsRecordType Type);

/// <summary>An A or AAAA record.</summary>
public sealed record AddressRecord(IPAddress Address)
    : DnsRecord(Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.Aaaa);

/// <summary>A TXT record: one or more character strings of at most 255 octets each, not joined.</summary>
public sealed record TextRecord(ImmutableArray<ReadOnlyMemory<byte>> Strings) : DnsRecord(DnsRecordType.Txt)
{
    /// <summary>The strings joined without a separator, one char for each octet (SPF, DKIM and DMARC read records so).</summary>
    public string Text => string.Concat(Strings.Select(s => System.Text.Encoding.Latin1.GetString(s.Span)));

    public static TextRecord Of(params ReadOnlySpan<string> strings)
    {
        var builder = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(strings.Length);
        foreach (var text in strings)
        {
            builder.Add(System.Text.Encoding.Latin1.GetBytes(text));
        }

        return new TextRecord(builder.MoveToImmutable());
    }
}

/// <summary>An MX record. <see cref="Exchange"/> empty with preference 0 is the null MX of RFC 7505.</summary>
public sealed record MailExchangeRecord(ushort Preference, string Exchange) : DnsRecord(DnsRecordType.Mx);

/// <summary>A PTR, NS or CNAME record: a name.</summary>
public sealed record NameRecord(DnsRecordType Type, string Target) : DnsRecord(Type);

public sealed record ServiceRecord(ushort Priority, ushort Weight, ushort Port, string Target) : DnsRecord(DnsRecordType.Srv);

/// <summary>A TLSA record (RFC 6698).</summary>
public sealed record TlsaRecord(byte Usage, byte Selector, byte MatchingType, ReadOnlyMemory<byte> Data) : DnsRecord(DnsRecordType.Tlsa);

/// <summary>An SOA record, of which only the negative-caching fields matter here (RFC 2308).</summary>
public sealed record StartOfAuthorityRecord(string PrimaryServer, string Mailbox, uint Serial, TimeSpan Minimum) : DnsRecord(DnsRecordType.Soa);
