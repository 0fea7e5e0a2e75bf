using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Pipeline.Tests.Support.Dns;

/// <summary>Builds a response octet by octet; nothing is checked, so that wrong ones can be built too.</summary>
public sealed class FakeDnsMessage
{
    private readonly byte[] _header = new byte[FakeDnsQuery.HeaderLength];
    private readonly List<byte> _body = [];
    private readonly int[] _counts = new int[4];

    private FakeDnsMessage()
    {
    }

    public const ushort A = 1;
    public const ushort Ns = 2;
    public const ushort Cname = 5;
    public const ushort Soa = 6;
    public const ushort Mx = 15;
    public const ushort Txt = 16;
    public const ushort Aaaa = 28;
    public const ushort Opt = 41;
    public const ushort Tlsa = 52;

    /// <summary>A response with the id and the question of the query, RD and RA set, and no records.</summary>
    public static FakeDnsMessage ReplyTo(FakeDnsQuery query)
    {
        var message = new FakeDnsMessage();
        BinaryPrimitives.WriteUInt16BigEndian(message._header, query.Id);
        message._header[2] = 0x81;
        message._header[3] = 0x80;
        message._body.AddRange(query.Bytes.AsSpan(FakeDnsQuery.HeaderLength, query.QuestionLength));
        message._counts[0] = 1;
        return message;
    }

    public FakeDnsMessage Code(int code)
    {
        _header[3] = (byte)((_header[3] & 0xF0) | code);
        return this;
    }

    public FakeDnsMessage Id(int id)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_header, (ushort)id);
        return this;
    }

    public FakeDnsMessage Truncated()
    {
        _header[2] |= 0x02;
        return this;
    }

    public FakeDnsMessage Authentic()
    {
        _header[3] |= 0x20;
        return this;
    }

    public FakeDnsMessage NotAResponse()
    {
        _header[2] &= 0x7F;
        return this;
    }

    /// <summary>Leaves nothing but the header.</summary>
    public FakeDnsMessage WithoutQuestion()
    {
        _body.Clear();
        _counts[0] = 0;
        return this;
    }

    public FakeDnsMessage Answer(string name, ushort type, uint timeToLive, ReadOnlySpan<byte> data) => Record(1, Name(name), type, 1, timeToLive, data);

    public FakeDnsMessage AnswerRaw(ReadOnlySpan<byte> owner, ushort type, ReadOnlySpan<byte> data) => Record(1, owner, type, 1, 300, data);

    public FakeDnsMessage Authority(string name, ushort type, uint timeToLive, ReadOnlySpan<byte> data) =>
        Record(2, Name(name), type, 1, timeToLive, data);

    /// <summary>An SOA record in the authority section, as negative answers have it.</summary>
    public FakeDnsMessage NegativeFor(string zone, uint timeToLive, uint minimum) => Authority(zone, Soa, timeToLive, SoaData(minimum));

    /// <summary>An OPT record that carries the upper bits of the response code and, if given, an extended error.</summary>
    public FakeDnsMessage Edns(int upperCode = 0, ushort? extendedError = null)
    {
        byte[] options = extendedError is { } error ? [0, 15, 0, 2, (byte)(error >> 8), (byte)error] : [];
        return Record(3, [0], Opt, 1232, (uint)upperCode << 24, options);
    }

    public byte[] ToArray()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_header.AsSpan(4 + (2 * i)), (ushort)_counts[i]);
        }

        return [.. _header, .. _body];
    }

    /// <summary>The wire form of a name, not compressed.</summary>
    public static byte[] Name(string name)
    {
        var wire = new List<byte>();
        foreach (var label in name.Length == 0 ? [] : name.Split('.'))
        {
            wire.Add((byte)label.Length);
            wire.AddRange(Encoding.Latin1.GetBytes(label));
        }

        wire.Add(0);
        return [.. wire];
    }

    public static byte[] AddressData(string address) => IPAddress.Parse(address).GetAddressBytes();

    public static byte[] MxData(ushort preference, string exchange) => [(byte)(preference >> 8), (byte)preference, .. Name(exchange)];

    public static byte[] TextData(params string[] strings) =>
        [.. strings.SelectMany(s => new[] { (byte)s.Length }.Concat(Encoding.Latin1.GetBytes(s)))];

    public static byte[] SoaData(uint minimum)
    {
        var numbers = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(16), minimum);
        return [.. Name("ns.example"), .. Name("hostmaster.example"), .. numbers];
    }

    private FakeDnsMessage Record(int section, ReadOnlySpan<byte> owner, ushort type, ushort recordClass, uint timeToLive, ReadOnlySpan<byte> data)
    {
        Span<byte> numbers = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(numbers, type);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[2..], recordClass);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[8..], (ushort)data.Length);
        _body.AddRange(owner);
        _body.AddRange(numbers);
        _body.AddRange(data);
        _counts[section]++;
        return this;
    }
}
