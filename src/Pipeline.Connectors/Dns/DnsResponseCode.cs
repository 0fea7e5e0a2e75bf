namespace Pipeline.Connectors.Dns;

/// <summary>The RCODE of a response, with the upper bits that EDNS adds (RFC 6895 section 2.3).</summary>
internal enum DnsResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NonExistentDomain = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}
