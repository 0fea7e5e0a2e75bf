using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Addressing;

/// <summary>Turns well-delimited pieces of a header field into text: quotes, comments, folds and escapes resolved.</summary>
internal static class HeaderPhrase
{
    /// <summary>The words of a phrase with single blanks between them; comments are left out.</summary>
    public static string Phrase(ReadOnlySpan<byte> text) => text.IsEmpty ? "" : Decode(Read(text, unquote: true, keepBlanks: true));

    /// <summary>The inside of a comment, nested comments included.</summary>
    public static string Comment(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return "";
        }

        var buffer = new ArrayBufferWriter<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
            }

            Append(buffer, text[i]);
        }

        return Decode(buffer.WrittenSpan);
    }

    /// <summary>A local part or domain without blanks and comments between its words; quoted words keep their quotes.</summary>
    public static string WithoutComments(ReadOnlySpan<byte> text, Encoding encoding) =>
        encoding.GetString(text.ContainsAny(" \t\r\n("u8) ? Read(text, unquote: false, keepBlanks: false) : text);

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> text, bool unquote, bool keepBlanks)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length);
        var quoted = false;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var octet = text[i];
            var escaped = octet == '\\' && i + 1 < text.Length;
            if (escaped)
            {
                octet = text[++i];
            }

            if (depth > 0 || (!quoted && !escaped && octet == '('))
            {
                depth += escaped ? 0 : octet == '(' ? 1 : octet == ')' ? -1 : 0;
                if (keepBlanks)
                {
                    Append(buffer, (byte)' ');
                }
            }
            else if (octet == '"' && !escaped)
            {
                quoted = !quoted;
                if (!unquote)
                {
                    buffer.Write("\""u8);
                }
            }
            else if (keepBlanks)
            {
                Append(buffer, octet);
            }
            else if (quoted ? escaped || octet is not ((byte)'\r' or (byte)'\n') : !IsBlank(octet))
            {
                if (escaped)
                {
                    buffer.Write("\\"u8);
                }

                buffer.Write([octet]);
            }
        }

        return buffer.WrittenSpan;
    }

    // Runs of blanks, folds and control characters become one blank.
    private static void Append(ArrayBufferWriter<byte> buffer, byte octet)
    {
        if (octet > 32 && octet != 127)
        {
            buffer.Write([octet]);
        }
        else if (buffer.WrittenCount > 0 && buffer.WrittenSpan[^1] != ' ')
        {
            buffer.Write(" "u8);
        }
    }

    private static string Decode(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.TrimEnd((byte)' '));

    private static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
