using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>Reads responses (RFC 1035 section 4). Whatever the octets are, nothing throws and the work is bounded by the message's length.</summary>
internal static class DnsMessageReader
{
    public const int HeaderLength = 12;

    private const ushort ClassIn = 1;
    private const ushort TypeOpt = 41;
    private const ushort ExtendedErrorOption = 15;

    public static ushort ReadId(ReadOnlySpan<byte> message) =>
        message.Length < 2 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(message);

    /// <summary>Whether the message is a response to a query: same id, same question. Anything else may be forged and is to be ignored.</summary>
    /// <param name="query">The query as sent, with or without its OPT record.</param>
    public static bool Answers(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query, int questionLength)
    {
        if (message.Length < HeaderLength || !message[..2].SequenceEqual(query[..2]) || (message[2] & 0xF8) != 0x80)
        {
            return false;
        }

        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if (questions == 0)
        {
            // Servers that cannot read an OPT record are known to answer with the bare header (RFC 6891 section 7).
            return (DnsResponseCode)(message[3] & 0x0F) is DnsResponseCode.FormatError or DnsResponseCode.NotImplemented;
        }

        return questions == 1
            && message.Length >= HeaderLength + questionLength
            && Ascii.EqualsIgnoreCase(message.Slice(HeaderLength, questionLength - 4), query.Slice(HeaderLength, questionLength - 4))
            && message.Slice(HeaderLength + questionLength - 4, 4).SequenceEqual(query.Slice(HeaderLength + questionLength - 4, 4));
    }

    /// <summary>Reads a response that <see cref="Answers"/>; null if it is malformed.</summary>
    public static DnsResponse? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength)
        {
            return null;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var response = new DnsResponse
        {
            Code = (DnsResponseCode)(flags & 0x0F),
            Truncated = (flags & 0x0200) != 0,
            AuthenticData = (flags & 0x0020) != 0,
            Authoritative = (flags & 0x0400) != 0,
        };
        if (response.Truncated)
        {
            // What follows may end anywhere; it will be asked for again over TCP.
            return response;
        }

        var position = HeaderLength;
        return TrySkipQuestions(message, ref position) ? ReadSections(message, position, response) : null;
    }

    private static bool TrySkipQuestions(ReadOnlySpan<byte> message, ref int position)
    {
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        for (var i = 0; i < questions; i++)
        {
            if (!WireName.TryRead(message, position, out _, out position) || position + 4 > message.Length)
            {
                return false;
            }

            position += 4;
        }

        return true;
    }

    private static DnsResponse? ReadSections(ReadOnlySpan<byte> message, int position, DnsResponse response)
    {
        var answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var authorities = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        var additionals = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        var records = ImmutableArray.CreateBuilder<DnsResourceRecord>(Math.Min((int)answers, 16));
        for (var i = 0; i < answers + authorities + additionals; i++)
        {
            if (!TryReadRecordHeader(message, ref position, out var header))
            {
                return null;
            }

            if (header.Type == TypeOpt && i >= answers + authorities)
            {
                response = WithOpt(response, header, message.Slice(header.DataOffset, header.DataLength));
            }
            else if (header.Class != ClassIn)
            {
                continue;
            }
            else if (i < answers)
            {
                if (!DnsRecordReader.TryRead(message, header, out var data))
                {
                    return null;
                }

                if (data is not null)
                {
                    records.Add(new DnsResourceRecord(header.Owner, header.TimeToLiveSeconds, data));
                }
            }
            else if (i < answers + authorities)
            {
                response = WithAuthority(response, message, header);
            }
        }

        return response with { Answers = records.DrainToImmutable() };
    }

    private static bool TryReadRecordHeader(ReadOnlySpan<byte> message, ref int position, out DnsRecordHeader header)
    {
        header = default;
        if (!WireName.TryRead(message, position, out var owner, out position) || position + 10 > message.Length)
        {
            return false;
        }

        var fixedPart = message.Slice(position, 10);
        var timeToLive = BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]);
        header = new DnsRecordHeader(
            owner,
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart),
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            timeToLive,
            position + 10,
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]));
        position = header.DataOffset + header.DataLength;
        return position <= message.Length;
    }

    private static DnsResponse WithAuthority(DnsResponse response, ReadOnlySpan<byte> message, DnsRecordHeader header) => header.Type switch
    {
        (ushort)DnsRecordType.Ns => response with { HasNameServers = true },
        (ushort)DnsRecordType.Soa when DnsRecordReader.TryRead(message, header, out var data) && data is StartOfAuthorityRecord soa =>
            response with { NegativeTimeToLive = Math.Min(header.TimeToLiveSeconds, (uint)soa.Minimum.TotalSeconds) },
        _ => response,
    };

    private static DnsResponse WithOpt(DnsResponse response, DnsRecordHeader header, ReadOnlySpan<byte> options)
    {
        // The upper eight bits of the response code are the first octet of what is the TTL elsewhere (RFC 6891 section 6.1.3).
        response = response with { Code = (DnsResponseCode)((int)response.Code | (int)((header.TimeToLive >> 24) << 4)) };
        while (options.Length >= 4)
        {
            var code = BinaryPrimitives.ReadUInt16BigEndian(options);
            var length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            options = options[4..];
            if (length > options.Length)
            {
                break;
            }

            if (code == ExtendedErrorOption && length >= 2)
            {
                response = response with { ExtendedError = BinaryPrimitives.ReadUInt16BigEndian(options) };
            }

            options = options[length..];
        }

        return response;
    }
}
