using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Pipeline.Tests.Support.Dns;

/// <summary>A query as a <see cref="FakeDnsServer"/> received it.</summary>
/// <param name="Name">As on the wire, without the final dot.</param>
/// <param name="Edns">It has an OPT record.</param>
/// <param name="WantsAuthenticData">Its AD bit is set.</param>
/// <param name="QuestionLength">Octets of the question section.</param>
public sealed record FakeDnsQuery(
    ushort Id, string Name, ushort Type, bool OverTcp, bool Edns, bool WantsAuthenticData, IPEndPoint Source, byte[] Bytes, int QuestionLength)
{
    internal const int HeaderLength = 12;

    /// <summary>Reads a query, which must be well-formed.</summary>
    public static FakeDnsQuery Parse(byte[] bytes, bool overTcp, IPEndPoint source)
    {
        var name = new StringBuilder();
        var position = HeaderLength;
        while (bytes[position] != 0)
        {
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(bytes, position + 1, bytes[position]));
            position += bytes[position] + 1;
        }

        return new FakeDnsQuery(
            BinaryPrimitives.ReadUInt16BigEndian(bytes),
            name.ToString(),
            BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(position + 1)),
            overTcp,
            bytes[11] == 1,
            (bytes[3] & 0x20) != 0,
            source,
            bytes,
            position + 5 - HeaderLength);
    }
}
