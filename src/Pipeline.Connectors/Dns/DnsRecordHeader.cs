namespace Pipeline.Connectors.Dns;

/// <summary>What stands before the data of a record (RFC 1035 section 4.1.3); the data lies within the message.</summary>
internal readonly record struct DnsRecordHeader(string Owner, ushort Type, ushort Class, uint TimeToLive, int DataOffset, int DataLength)
{
    /// <summary>The time to live, where a value with the top bit set counts as zero (RFC 2181 section 8).</summary>
    public uint TimeToLiveSeconds => TimeToLive > int.MaxValue ? 0 : TimeToLive;
}
