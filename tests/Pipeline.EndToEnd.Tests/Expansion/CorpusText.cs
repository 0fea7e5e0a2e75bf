using System.Globalization;
using System.Text;

namespace Pipeline.EndToEnd.Tests.Expansion;

/// <summary>Octets (one character each) on one line of printable ASCII: <c>\n</c>, <c>\\</c> and <c>\xhh</c>; so is a blank at the end.</summary>
internal static class CorpusText
{
    public static string Write(string octets)
    {
        var text = new StringBuilder(octets.Length);
        for (var i = 0; i < octets.Length; i++)
        {
            var c = octets[i];
            var atEnd = c == ' ' && i == octets.Length - 1;
            text.Append(c switch
            {
                '\n' => "\\n",
                '\\' => "\\\\",
                _ when atEnd || c is < ' ' or > '~' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return text.ToString();
    }

    public static string Read(string line)
    {
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                text.Append(line[i]);
                continue;
            }

            i++;
            if (line[i] == 'x')
            {
                text.Append((char)byte.Parse(line.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                text.Append(line[i] == 'n' ? '\n' : line[i]);
            }
        }

        return text.ToString();
    }
}
