using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion;

/// <summary>Whole numbers as expansions read them: decimal, octal behind 0, hexadecimal behind 0x, with a suffix K, M or G.</summary>
public static class IntegerText
{
    /// <summary>Reads a number; blanks around it are allowed, and nothing at all is zero.</summary>
    /// <param name="error">Exim's words for what is wrong.</param>
    public static bool TryParse(string text, out long value, out string error) => TryParse(text, decimalOnly: true, out value, out error);

    internal static bool TryParse(string text, bool decimalOnly, out long value, out string error)
    {
        value = 0;
        error = "";
        var span = text.AsSpan();
        while (!span.IsEmpty && ListSyntax.IsBlank(span[0]))
        {
            span = span[1..];
        }

        if (span.IsEmpty)
        {
            return true;
        }

        var negative = span[0] == '-';
        var position = negative || span[0] == '+' ? 1 : 0;
        var digits = position;
        var radix = decimalOnly ? 10 : Radix(span[position..], ref position);
        Int128 magnitude = 0;
        while (position < span.Length && Digit(span[position]) < radix)
        {
            magnitude = Int128.Min((magnitude * radix) + Digit(span[position]), ulong.MaxValue);
            position++;
        }

        if (position == digits)
        {
            error = $"integer expected but \"{text}\" found";
            return false;
        }

        if (position < span.Length)
        {
            var shift = SuffixShift(span[position]);
            magnitude <<= shift;
            position += shift > 0 ? 1 : 0;
        }

        while (position < span.Length && ListSyntax.IsBlank(span[position]))
        {
            position++;
        }

        if (position < span.Length)
        {
            error = $"invalid integer \"{text}\"";
            return false;
        }

        magnitude = negative ? -magnitude : magnitude;
        if (magnitude > long.MaxValue || magnitude < long.MinValue)
        {
            error = $"absolute value of integer \"{text}\" is too large (overflow)";
            return false;
        }

        value = (long)magnitude;
        return true;
    }

    /// <summary>How far K, M or G shifts a number; 0 for what is no suffix.</summary>
    internal static int SuffixShift(char c) => (c | 0x20) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };

    private static int Radix(ReadOnlySpan<char> text, ref int position)
    {
        if (text.Length < 2 || text[0] != '0')
        {
            return 10;
        }

        if ((text[1] | 0x20) == 'x')
        {
            position += 2;
            return 16;
        }

        return 8;
    }

    /// <summary>The value of a digit, or more than any radix has.</summary>
    internal static int Digit(char c) => char.IsAsciiHexDigit(c) ? (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) : int.MaxValue;
}
