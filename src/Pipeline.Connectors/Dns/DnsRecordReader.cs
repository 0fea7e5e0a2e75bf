using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>Reads the data of one record.</summary>
internal static class DnsRecordReader
{
    /// <param name="record">Null for a type that is not read here.</param>
    /// <returns>False if the data does not have the form of its type.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, DnsRecordHeader header, out DnsRecord? record)
    {
        var data = message.Slice(header.DataOffset, header.DataLength);
        var end = header.DataOffset + header.DataLength;
        record = null;
        switch ((DnsRecordType)header.Type)
        {
            case DnsRecordType.A:
                record = data.Length == 4 ? new AddressRecord(new IPAddress(data)) : null;
                return record is not null;
            case DnsRecordType.Aaaa:
                record = data.Length == 16 ? new AddressRecord(new IPAddress(data)) : null;
                return record is not null;
            case DnsRecordType.Txt:
                record = ReadText(data);
                return record is not null;
            case DnsRecordType.Mx:
                record = data.Length > 2 && TryReadName(message, header.DataOffset + 2, end, out var exchange)
                    ? new MailExchangeRecord(BinaryPrimitives.ReadUInt16BigEndian(data), exchange)
                    : null;
                return record is not null;
            case DnsRecordType.Ns or DnsRecordType.Cname or DnsRecordType.Ptr:
                record = TryReadName(message, header.DataOffset, end, out var target) ? new NameRecord((DnsRecordType)header.Type, target) : null;
                return record is not null;
            case DnsRecordType.Srv:
                record = data.Length > 6 && TryReadName(message, header.DataOffset + 6, end, out var service)
                    ? new ServiceRecord(
                        BinaryPrimitives.ReadUInt16BigEndian(data),
                        BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
                        BinaryPrimitives.ReadUInt16BigEndian(data[4..]),
                        service)
                    : null;
                return record is not null;
            case DnsRecordType.Tlsa:
                record = data.Length > 3 ? new TlsaRecord(data[0], data[1], data[2], data[3..].ToArray()) : null;
                return record is not null;
            case DnsRecordType.Soa:
                record = ReadStartOfAuthority(message, header.DataOffset, end);
                return record is not null;
            default:
                return true;
        }
    }

    private static bool TryReadName(ReadOnlySpan<byte> message, int offset, int end, out string name) =>
        WireName.TryRead(message[..end], offset, out name, out var next) && next == end;

    private static TextRecord? ReadText(ReadOnlySpan<byte> data)
    {
        var copy = data.ToArray().AsMemory();
        var strings = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(1);
        for (var position = 0; position < data.Length;)
        {
            var length = data[position++];
            if (position + length > data.Length)
            {
                return null;
            }

            strings.Add(copy.Slice(position, length));
            position += length;
        }

        return strings.Count == 0 ? null : new TextRecord(strings.DrainToImmutable());
    }

    private static StartOfAuthorityRecord? ReadStartOfAuthority(ReadOnlySpan<byte> message, int offset, int end)
    {
        var data = message[..end];
        if (!WireName.TryRead(data, offset, out var server, out var next)
            || !WireName.TryRead(data, next, out var mailbox, out next)
            || next + 20 != end)
        {
            return null;
        }

        var serial = BinaryPrimitives.ReadUInt32BigEndian(data[next..]);
        var minimum = BinaryPrimitives.ReadUInt32BigEndian(data[(next + 16)..]);
        return new StartOfAuthorityRecord(server, mailbox, serial, TimeSpan.FromSeconds(minimum > int.MaxValue ? 0 : minimum));
    }
}
