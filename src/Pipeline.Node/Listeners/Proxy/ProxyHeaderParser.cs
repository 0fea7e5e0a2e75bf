using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Node.Listeners.Proxy;

/// <summary>Parses the header of the PROXY protocol, versions 1 and 2 (haproxy's <c>proxy-protocol.txt</c>, sections 2.1 and 2.2).</summary>
internal static class ProxyHeaderParser
{
    /// <summary>No header is longer: 107 octets in version 1; in version 2 16 octets, addresses and TLVs, of which no proxy sends more than this.</summary>
    public const int MaxLength = 4096;

    private const int MaxVersion1 = 107;
    private const int Version2Fixed = 16;

    private static ReadOnlySpan<byte> Version1Signature => "PROXY "u8;

    private static ReadOnlySpan<byte> Version2Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header at the start of <paramref name="input"/>.</summary>
    /// <param name="consumed">Octets of the header; what follows belongs to the client.</param>
    /// <returns>Done, NeedMoreData, or InvalidData when this is no header.</returns>
    public static OperationStatus Parse(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed)
    {
        header = default;
        consumed = 0;
        if (MayBe(input, Version1Signature))
        {
            return input.Length < Version1Signature.Length ? OperationStatus.NeedMoreData : ParseVersion1(input, out header, out consumed);
        }

        if (MayBe(input, Version2Signature))
        {
            return input.Length < Version2Fixed ? OperationStatus.NeedMoreData : ParseVersion2(input, out header, out consumed);
        }

        return OperationStatus.InvalidData;
    }

    /// <summary>The input begins with the signature, or may yet turn out to.</summary>
    private static bool MayBe(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        int length = Math.Min(input.Length, signature.Length);
        return input[..length].SequenceEqual(signature[..length]);
    }

    private static OperationStatus ParseVersion1(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed)
    {
        header = default;
        consumed = 0;
        ReadOnlySpan<byte> window = input[..Math.Min(input.Length, MaxVersion1)];
        int end = window.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return window.Length == MaxVersion1 ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
        }

        ReadOnlySpan<byte> rest = window[Version1Signature.Length..end];
        ReadOnlySpan<byte> family = NextWord(ref rest);
        if (!family.SequenceEqual("UNKNOWN"u8))
        {
            AddressFamily expected = family.SequenceEqual("TCP4"u8) ? AddressFamily.InterNetwork
                : family.SequenceEqual("TCP6"u8) ? AddressFamily.InterNetworkV6
                : AddressFamily.Unspecified;
            if (!TryAddress(NextWord(ref rest), expected, out IPAddress? source)
                || !TryAddress(NextWord(ref rest), expected, out IPAddress? destination)
                || !TryPort(NextWord(ref rest), out int sourcePort)
                || !TryPort(NextWord(ref rest), out int destinationPort)
                || !rest.IsEmpty)
            {
                return OperationStatus.InvalidData;
            }

            header = new ProxyHeader(new IPEndPoint(source!, sourcePort), new IPEndPoint(destination!, destinationPort));
        }

        consumed = end + 2;
        return OperationStatus.Done;
    }

    private static OperationStatus ParseVersion2(ReadOnlySpan<byte> input, out ProxyHeader header, out int consumed)
    {
        header = default;
        consumed = 0;
        int versionAndCommand = input[12];
        int length = BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        int command = versionAndCommand & 0x0f;
        if (versionAndCommand >> 4 != 2 || command > 1 || Version2Fixed + length > MaxLength)
        {
            return OperationStatus.InvalidData;
        }

        if (input.Length < Version2Fixed + length)
        {
            return OperationStatus.NeedMoreData;
        }

        if (command == 1)
        {
            ReadOnlySpan<byte> addresses = input.Slice(Version2Fixed, length);
            switch (input[13])
            {
                case 0x11 when addresses.Length >= 12:
                    header = Endpoints(addresses, 4);
                    break;
                case 0x21 when addresses.Length >= 36:
                    header = Endpoints(addresses, 16);
                    break;
                case 0x00:
                    break;
                default:
                    return OperationStatus.InvalidData;
            }
        }

        consumed = Version2Fixed + length;
        return OperationStatus.Done;
    }

    private static ProxyHeader Endpoints(ReadOnlySpan<byte> addresses, int size)
    {
        ReadOnlySpan<byte> ports = addresses[(2 * size)..];
        return new ProxyHeader(
            new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(addresses[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
    }

    /// <summary>Words are parted by exactly one blank.</summary>
    private static ReadOnlySpan<byte> NextWord(ref ReadOnlySpan<byte> rest)
    {
        int blank = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = blank < 0 ? rest : rest[..blank];
        rest = blank < 0 ? [] : rest[(blank + 1)..];
        return word;
    }

    private static bool TryAddress(ReadOnlySpan<byte> word, AddressFamily family, out IPAddress? address)
    {
        address = null;
        return word.Length is > 0 and <= 45
            && !word.Contains((byte)'%')
            && IPAddress.TryParse(Encoding.Latin1.GetString(word), out address)
            && address.AddressFamily == family
            && (family != AddressFamily.InterNetwork || word.Count((byte)'.') == 3);
    }

    private static bool TryPort(ReadOnlySpan<byte> word, out int port) =>
        Utf8Parser.TryParse(word, out port, out int used) && used == word.Length && port is >= 0 and <= 65535 && word[0] is >= (byte)'0' and <= (byte)'9';
}
