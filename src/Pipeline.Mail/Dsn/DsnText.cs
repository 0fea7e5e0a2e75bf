using System.Text;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Dsn;

/// <summary>Makes texts of peers and policy fit for a notification: nothing of them can begin a line, a field or a part.</summary>
internal static class DsnText
{
    private const int FoldColumn = 78;
    private const int MaxText = 900;

    /// <summary>One line: control characters become blanks, and without UTF-8 all outside ASCII becomes question marks.</summary>
    /// <param name="max">Octets after which the rest is left out; a line of mail has 998 at most.</param>
    public static string Line(string text, bool utf8, int max = MaxText)
    {
        var line = new StringBuilder(Math.Min(text.Length, max));
        var octets = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            octets += rune.Utf8SequenceLength;
            if (octets > max)
            {
                break;
            }

            // Line and paragraph separators are line ends to some readers.
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029)
            {
                line.Append(' ');
            }
            else if (rune.IsAscii || utf8)
            {
                line.Append(rune);
            }
            else
            {
                line.Append('?');
            }
        }

        return line.ToString();
    }

    /// <summary>A field, folded at blanks, so that no line is longer than RFC 5322 allows.</summary>
    /// <param name="text">One line already.</param>
    public static string Fold(string name, string text)
    {
        var field = new StringBuilder(name).Append(": ");
        var column = field.Length;
        var rest = text.AsSpan().Trim(' ');
        while (column + rest.Length > FoldColumn)
        {
            // At the last blank that fits, else at the first one there is; a word beyond any line is cut.
            var room = Math.Max(1, FoldColumn - column);
            var blank = rest[..Math.Min(room, rest.Length)].LastIndexOf(' ');
            blank = blank > 0 ? blank : rest.IndexOf(' ');
            if (blank is < 0 or > 900)
            {
                blank = rest.Length > 900 ? 900 : -1;
            }

            if (blank < 0)
            {
                break;
            }

            field.Append(rest[..blank].TrimEnd(' ')).Append("\r\n ");
            rest = rest[blank..].TrimStart(' ');
            column = 1;
        }

        return field.Append(rest).ToString();
    }

    /// <summary>A reply as it was on the wire, one string per line.</summary>
    public static IEnumerable<string> Lines(SmtpReply reply)
    {
        var enhanced = reply.Enhanced is { } status ? $"{status} " : "";
        for (var i = 0; i < Math.Max(1, reply.Lines.Length); i++)
        {
            var separator = i + 1 < reply.Lines.Length ? '-' : ' ';
            yield return $"{reply.Code}{separator}{enhanced}{(i < reply.Lines.Length ? reply.Lines[i] : "")}".TrimEnd();
        }
    }
}
