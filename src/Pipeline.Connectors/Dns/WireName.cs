using System.Buffers;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>Domain names: the normal text form (lower case, no final dot) and the wire form (RFC 1035 section 3.1).</summary>
internal static class WireName
{
    /// <summary>Octets of the longest name on the wire, length octets and root included.</summary>
    public const int MaxWireLength = 255;

    /// <summary>Compression pointers followed for one name. They must go strictly backwards, so this only bounds the work of a hostile message.</summary>
    private const int MaxPointers = 32;

    /// <summary>Every octet of a label, when printed as <c>\ddd</c>, takes four chars.</summary>
    private const int MaxEscapedLength = MaxWireLength * 4;

    private static readonly SearchValues<char> UpperCase = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Brings a name into normal form; false if no server could be asked about it.</summary>
    public static bool TryNormalize(string name, out string normalized)
    {
        normalized = "";
        if (!DnsName.IsQueryable(name))
        {
            return false;
        }

        var text = name.EndsWith('.') ? name.AsSpan(0, name.Length - 1) : name;

        // Only ASCII is left, so the invariant mapping touches A to Z and nothing else.
        normalized = text.Length == name.Length && !text.ContainsAny(UpperCase) ? name : text.ToString().ToLowerInvariant();
        return true;
    }

    /// <summary>Writes the wire form of a name that <see cref="TryNormalize"/> gave and returns its length.</summary>
    public static int Write(string normalized, Span<byte> destination)
    {
        var written = 0;
        var rest = normalized.AsSpan();
        while (!rest.IsEmpty)
        {
            var dot = rest.IndexOf('.');
            var label = dot < 0 ? rest : rest[..dot];
            destination[written++] = (byte)label.Length;
            foreach (var c in label)
            {
                destination[written++] = (byte)c;
            }

            rest = dot < 0 ? [] : rest[(dot + 1)..];
        }

        destination[written++] = 0;
        return written;
    }

    /// <summary>Reads a possibly compressed name into normal form.</summary>
    /// <param name="offset">Where the name begins in the message.</param>
    /// <param name="next">Where what follows it begins.</param>
    /// <returns>False if the name leaves the message, is too long, or points anywhere but strictly backwards.</returns>
    /// <remarks>Dots, backslashes and unprintable octets inside a label are printed as <c>\ddd</c>, so that two names never look the same.</remarks>
    public static bool TryRead(ReadOnlySpan<byte> message, int offset, out string name, out int next)
    {
        name = "";
        next = 0;
        Span<char> text = stackalloc char[MaxEscapedLength];
        var length = 0;
        var wireLength = 1;
        var pointers = 0;
        var position = offset;
        var lowest = offset;
        while (true)
        {
            if ((uint)position >= (uint)message.Length)
            {
                return false;
            }

            var octet = message[position];
            if (octet == 0)
            {
                next = pointers == 0 ? position + 1 : next;
                name = text[..length].ToString();
                return true;
            }

            if (octet >= 0xC0)
            {
                if (position + 1 >= message.Length || ++pointers > MaxPointers)
                {
                    return false;
                }

                next = pointers == 1 ? position + 2 : next;
                position = ((octet & 0x3F) << 8) | message[position + 1];
                if (position >= lowest)
                {
                    return false;
                }

                lowest = position;
                continue;
            }

            wireLength += octet + 1;
            if (octet > DnsName.MaxLabelLength || wireLength > MaxWireLength || position + 1 + octet > message.Length)
            {
                return false;
            }

            if (length > 0)
            {
                text[length++] = '.';
            }

            length += AppendLabel(message.Slice(position + 1, octet), text[length..]);
            position += octet + 1;
        }
    }

    private static int AppendLabel(ReadOnlySpan<byte> label, Span<char> text)
    {
        var length = 0;
        foreach (var octet in label)
        {
            if (octet is (byte)'.' or (byte)'\\' or <= (byte)' ' or > (byte)'~')
            {
                text[length] = '\\';
                text[length + 1] = (char)('0' + (octet / 100));
                text[length + 2] = (char)('0' + (octet / 10 % 10));
                text[length + 3] = (char)('0' + (octet % 10));
                length += 4;
            }
            else
            {
                text[length++] = octet is >= (byte)'A' and <= (byte)'Z' ? (char)(octet | 0x20) : (char)octet;
            }
        }

        return length;
    }
}
