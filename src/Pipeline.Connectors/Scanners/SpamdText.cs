using System.Globalization;
using System.Text;

namespace Pipeline.Connectors.Scanners;

/// <summary>What the replies of all scanning servers are made of.</summary>
internal static class SpamdText
{
    private const int MaxQuoted = 200;

    /// <summary>Bare LF ends a line too: servers before 3.0 send it.</summary>
    public static bool TryTakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest[..Math.Min(rest.Length, SpamdReply.MaxHeaderBytes)].IndexOf((byte)'\n');
        line = end > 0 && rest[end - 1] == '\r' ? rest[..(end - 1)] : rest[..Math.Max(end, 0)];
        rest = rest[(end + 1)..];
        return end >= 0;
    }

    /// <summary><c>SPAMD/1.1 0 EX_OK</c>, of which the protocol is <c>SPAMD/</c>.</summary>
    public static bool TryReadStatus(ReadOnlySpan<byte> line, ReadOnlySpan<byte> protocol, out int code, out ReadOnlySpan<byte> text)
    {
        code = 0;
        text = default;
        if (!line.StartsWith(protocol) || line.IndexOf((byte)' ') is var blank && blank < 0)
        {
            return false;
        }

        var rest = line[blank..].Trim((byte)' ');
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var number = digits < 0 ? rest : rest[..digits];
        text = digits < 0 ? default : rest[digits..].Trim((byte)' ');
        return number.Length is > 0 and <= SpamdReply.MaxDigits && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out code);
    }

    public static bool TryReadNumber(ReadOnlySpan<byte> text, out decimal number)
    {
        number = 0;
        return text.Length is > 0 and <= 2 * SpamdReply.MaxDigits
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Lines ended by LF, without control characters, and without empty lines at either end.</summary>
    public static string Lines(ReadOnlySpan<byte> report)
    {
        var text = new StringBuilder(report.Length);
        foreach (var octet in report)
        {
            if (octet is (byte)'\n' or (byte)'\t' or >= 0x20 and not 0x7F)
            {
                text.Append((char)octet);
            }
        }

        return text.ToString().Trim('\n');
    }

    public static string Printable(ReadOnlySpan<byte> text) => string.Create(
        Math.Min(text.Length, MaxQuoted),
        text[..Math.Min(text.Length, MaxQuoted)],
        static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= 0x20 and < 0x7F ? (char)source[i] : '?';
            }
        });
}
