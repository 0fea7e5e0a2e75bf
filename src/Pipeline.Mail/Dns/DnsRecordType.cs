namespace Pipeline.Mail.Dns;

/// <summary>The resource record types a mail system asks for; the numbers are those of the wire (RFC 1035 and successors).</summary>
public enum DnsRecordType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Tlsa = 52,
}
