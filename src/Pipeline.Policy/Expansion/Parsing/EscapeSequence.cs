using System.Globalization;

namespace Pipeline.Policy.Expansion.Parsing;

/// <summary>Backslash sequences of strings and of quoted option values: <c>\b \f \n \r \t \v \\ \ooo \xhh</c>; before any other character the backslash vanishes.</summary>
internal static class EscapeSequence
{
    /// <summary>Reads one sequence.</summary>
    /// <param name="text">Starts with the backslash and has at least one character behind it.</param>
    /// <returns>The character meant, and how many characters of the text it took.</returns>
    public static (char Value, int Length) Read(ReadOnlySpan<char> text)
    {
        var c = text[1];
        if (c is >= '0' and <= '7')
        {
            var value = 0;
            var length = 1;
            while (length < text.Length && length < 4 && text[length] is >= '0' and <= '7')
            {
                value = (value * 8) + (text[length] - '0');
                length++;
            }

            return ((char)(value & 0xff), length);
        }

        if (c == 'x')
        {
            var length = 2;
            while (length < text.Length && length < 4 && char.IsAsciiHexDigit(text[length]))
            {
                length++;
            }

            var value = length == 2 ? 0 : int.Parse(text[2..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return ((char)value, length);
        }

        return (c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => c }, 2);
    }
}
