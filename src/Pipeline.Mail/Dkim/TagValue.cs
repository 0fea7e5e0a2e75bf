using System.Buffers.Text;

namespace Pipeline.Mail.Dkim;

/// <summary>Reads the kinds of values that tags have.</summary>
internal static class TagValue
{
    /// <summary>Base64 with white space anywhere in it (RFC 6376 section 2.10): strict alphabet, padding and length.</summary>
    public static bool TryDecodeBase64(ReadOnlySpan<byte> value, out byte[] octets)
    {
        octets = [];
        var compact = RemoveWhiteSpace(value);
        if (compact.Length == 0 || !Base64.IsValid(compact, out var length))
        {
            return false;
        }

        octets = new byte[length];
        return Base64.DecodeFromUtf8(compact, octets, out _, out var written) == System.Buffers.OperationStatus.Done && written == length;
    }

    public static byte[] RemoveWhiteSpace(ReadOnlySpan<byte> value)
    {
        var compact = new byte[value.Length];
        var length = 0;
        foreach (var octet in value)
        {
            if (octet is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                compact[length++] = octet;
            }
        }

        return length == compact.Length ? compact : compact[..length];
    }

    /// <summary>A decimal number of any length up to <paramref name="maxDigits"/>; one too large for 64 bits becomes <see cref="ulong.MaxValue"/>.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> value, int maxDigits, out ulong number)
    {
        number = 0;
        if (value.IsEmpty || value.Length > maxDigits || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (var digit in value)
        {
            var next = ((UInt128)number * 10) + (uint)(digit - '0');
            number = next > ulong.MaxValue ? ulong.MaxValue : (ulong)next;
        }

        return true;
    }

    /// <summary>Takes the next element off a list that is separated by colons, without the white space around it.</summary>
    /// <returns>False at the end of the list.</returns>
    public static bool TryTakeElement(ref ReadOnlySpan<byte> list, ref bool atEnd, out ReadOnlySpan<byte> element)
    {
        element = [];
        if (atEnd)
        {
            return false;
        }

        var colon = list.IndexOf((byte)':');
        atEnd = colon < 0;
        element = TagList.Trim(atEnd ? list : list[..colon]);
        list = atEnd ? [] : list[(colon + 1)..];
        return true;
    }

    /// <summary>Whether a list separated by colons holds <paramref name="wanted"/>.</summary>
    public static bool ListContains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> wanted)
    {
        var atEnd = false;
        while (TryTakeElement(ref list, ref atEnd, out var element))
        {
            if (element.SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }
}
