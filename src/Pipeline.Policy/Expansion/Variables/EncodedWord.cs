using System.Buffers;
using System.Text;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Encoded words of RFC 2047.</summary>
internal static class EncodedWord
{
    /// <summary>Characters that mean something in a header, or in an encoded word itself.</summary>
    private static readonly SearchValues<char> Specials = SearchValues.Create("?=()<>@,;:\\\"[]._");

    /// <summary>Decodes the encoded words of a text; what is not well-formed stays as it is. Blanks between two encoded words vanish.</summary>
    /// <param name="text">One char for each octet.</param>
    /// <param name="charset">The character set to convert to, or null to leave the octets as the word has them.</param>
    public static string Decode(string text, string? charset)
    {
        if (!text.Contains("=?", StringComparison.Ordinal))
        {
            return text;
        }

        var decoded = new StringBuilder(text.Length);
        var position = 0;
        var afterWord = false;
        while (position < text.Length)
        {
            var start = text.IndexOf("=?", position, StringComparison.Ordinal);
            if (start < 0)
            {
                break;
            }

            if (!TryReadWord(text.AsSpan(start), charset, out var word, out var length))
            {
                decoded.Append(text, position, start + 2 - position);
                position = start + 2;
                afterWord = false;
                continue;
            }

            var between = text.AsSpan(position, start - position);
            if (!afterWord || !between.Trim(" \t\r\n").IsEmpty)
            {
                decoded.Append(between);
            }

            decoded.Append(word);
            position = start + length;
            afterWord = true;
        }

        return decoded.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>Encodes a text when it has octets that a phrase of a header must not have; encoded words are at most 75 characters long.</summary>
    public static string Encode(string text, string charset)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.AsSpan().ContainsAny(Specials))
        {
            return text;
        }

        const int MaxWordLength = 75;
        var start = $"=?{charset}?Q?";
        var encoded = new StringBuilder(start);
        var wordStart = 0;
        foreach (var c in text)
        {
            var piece = c == ' ' ? "_" : c is < ' ' or > '~' || Specials.Contains(c) ? $"={(int)c:X2}" : c.ToString();
            if (encoded.Length - wordStart + piece.Length + 2 > MaxWordLength)
            {
                encoded.Append("?= ");
                wordStart = encoded.Length;
                encoded.Append(start);
            }

            encoded.Append(piece);
        }

        return encoded.Append("?=").ToString();
    }

    private static bool TryReadWord(ReadOnlySpan<char> text, string? charset, out string word, out int length)
    {
        word = "";
        length = 0;
        var inner = text[2..];
        var first = inner.IndexOf('?');
        if (first <= 0 || first + 2 >= inner.Length || inner[first + 2] != '?')
        {
            return false;
        }

        var source = inner[..first];
        var language = source.IndexOf('*');
        var encoded = inner[(first + 3)..];
        var end = encoded.IndexOf("?=", StringComparison.Ordinal);
        if (end < 0 || encoded[..end].ContainsAny(" \t\n"))
        {
            return false;
        }

        var octets = (inner[first + 1] | 0x20) switch
        {
            'q' => DecodeQuoted(encoded[..end]),
            'b' => DecodeBase64(encoded[..end]),
            _ => null,
        };
        if (octets is null)
        {
            return false;
        }

        word = charset is null ? octets : Convert(octets, (language < 0 ? source : source[..language]).ToString(), charset);
        length = 2 + first + 3 + end + 2;
        return true;
    }

    private static string? DecodeQuoted(ReadOnlySpan<char> text)
    {
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '_')
            {
                decoded.Append(' ');
            }
            else if (text[i] != '=')
            {
                decoded.Append(text[i]);
            }
            else if (i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
            {
                decoded.Append((char)value);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return decoded.ToString();
    }

    private static string? DecodeBase64(ReadOnlySpan<char> text)
    {
        var octets = new byte[(text.Length * 3 / 4) + 3];
        return System.Convert.TryFromBase64Chars(text, octets, out var written) ? OctetString.FromBytes(octets.AsSpan(0, written)) : null;
    }

    private static string Convert(string octets, string from, string to)
    {
        if (from.Equals(to, StringComparison.OrdinalIgnoreCase) || !TryGetEncoding(from, out var source) || !TryGetEncoding(to, out var target))
        {
            return octets;
        }

        return OctetString.FromBytes(Encoding.Convert(source, target, OctetString.ToBytes(octets)));
    }

    private static bool TryGetEncoding(string name, out Encoding encoding)
    {
        encoding = Encoding.Latin1;
        try
        {
            encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
