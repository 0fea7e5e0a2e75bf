using System.Globalization;
using System.Text;

namespace Pipeline.Node.Logging;

/// <summary>Makes text of a peer fit for a log: control characters are printed as Exim does it, so that no peer can begin a line of its own or move a terminal's cursor.</summary>
internal static class LogEscape
{
    public static string Of(string text)
    {
        foreach (var character in text)
        {
            if (IsControl(character))
            {
                var escaped = new StringBuilder(text.Length + 8);
                Append(escaped, text);
                return escaped.ToString();
            }
        }

        return text;
    }

    public static void Append(StringBuilder output, string text)
    {
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                < (char)0x100 when IsControl(character) => output.Append('\\').Append(Convert.ToString(character, 8).PadLeft(3, '0')),
                _ when IsControl(character) => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => output.Append(character),
            };
        }
    }

    /// <summary>Controls, and the separators and directions of Unicode that a terminal or an editor acts upon.</summary>
    private static bool IsControl(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
