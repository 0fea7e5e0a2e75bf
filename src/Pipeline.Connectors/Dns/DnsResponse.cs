using System.Collections.Immutable;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>A response as read from the wire, reduced to what a stub resolver needs.</summary>
internal sealed record DnsResponse
{
    public required DnsResponseCode Code { get; init; }

    /// <summary>TC: the rest is to be had over TCP.</summary>
    public bool Truncated { get; init; }

    /// <summary>AD: the server says that it validated everything in the answer.</summary>
    public bool AuthenticData { get; init; }

    /// <summary>AA: the server speaks for the zone.</summary>
    public bool Authoritative { get; init; }

    /// <summary>Records of class IN and of types this resolver knows, in the order of the answer section.</summary>
    public ImmutableArray<DnsResourceRecord> Answers { get; init; } = [];

    /// <summary>Seconds a negative answer may be kept (RFC 2308 section 5), or null when there was no SOA record in the authority section.</summary>
    public uint? NegativeTimeToLive { get; init; }

    /// <summary>The authority section names other servers.</summary>
    public bool HasNameServers { get; init; }

    /// <summary>INFO-CODE of an extended error (RFC 8914), or null.</summary>
    public ushort? ExtendedError { get; init; }
}

/// <param name="Owner">In normal form.</param>
/// <param name="TimeToLive">Seconds.</param>
internal readonly record struct DnsResourceRecord(string Owner, uint TimeToLive, DnsRecord Data);
