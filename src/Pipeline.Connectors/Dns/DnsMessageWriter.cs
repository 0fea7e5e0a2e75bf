using System.Buffers.Binary;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>Writes queries (RFC 1035 section 4, RFC 6891).</summary>
internal static class DnsMessageWriter
{
    /// <summary>Longest query: header, question with the longest name, OPT record.</summary>
    public const int MaxQueryLength = DnsMessageReader.HeaderLength + WireName.MaxWireLength + 4 + 11;

    /// <summary>Largest UDP answer asked for: passes every path without fragments (DNS flag day 2020).</summary>
    public const ushort UdpPayloadSize = 1232;

    // RD, and AD: "tell me whether you validated" (RFC 6840 section 5.7); DO would only bring signatures nobody reads here.
    private const ushort Flags = 0x0120;
    private const ushort ClassIn = 1;
    private const ushort TypeOpt = 41;

    /// <summary>Writes a query and returns its length; <paramref name="destination"/> has room for <see cref="MaxQueryLength"/>.</summary>
    public static int WriteQuery(Span<byte> destination, ushort id, DnsQuestion question, bool edns)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(destination[6..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], edns ? (ushort)1 : (ushort)0);
        var length = DnsMessageReader.HeaderLength;
        length += WriteQuestion(destination[length..], question);
        if (edns)
        {
            var opt = destination.Slice(length, 11);
            opt.Clear();
            BinaryPrimitives.WriteUInt16BigEndian(opt[1..], TypeOpt);
            BinaryPrimitives.WriteUInt16BigEndian(opt[3..], UdpPayloadSize);
            length += opt.Length;
        }

        return length;
    }

    /// <summary>Octets of the question section.</summary>
    public static int QuestionLength(DnsQuestion question) => question.Name.Length + 2 + 4;

    private static int WriteQuestion(Span<byte> destination, DnsQuestion question)
    {
        var length = WireName.Write(question.Name, destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[length..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 2)..], ClassIn);
        return length + 4;
    }
}
