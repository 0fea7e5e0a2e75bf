namespace Pipeline.Policy.Acl;

/// <summary>Breaks the text of a reply into lines that a client can take (RFC 5321 section 4.5.3.1.5).</summary>
public static class ReplyText
{
    /// <summary>Where a line is broken that has no line end of its own.</summary>
    private const int PreferredLength = 75;

    /// <summary>A break is not looked for before this, so that lines do not become very short.</summary>
    private const int ShortestBreak = 35;

    /// <summary>More lines than anyone wants to read are cut off.</summary>
    private const int MaxLines = 100;

    /// <summary>Lines of one or more texts; line ends break, long lines are broken behind a colon or at a blank.</summary>
    public static List<string> Split(params ReadOnlySpan<string> texts)
    {
        var lines = new List<string>();
        foreach (var text in texts)
        {
            foreach (var range in text.AsSpan().Split('\n'))
            {
                AddLine(lines, text.AsSpan(range));
            }
        }

        return lines;
    }

    private static void AddLine(List<string> lines, ReadOnlySpan<char> line)
    {
        while (line.Length > PreferredLength && lines.Count < MaxLines)
        {
            var cut = FindBreak(line);
            if (cut < 0)
            {
                break;
            }

            lines.Add(Clean(line[..cut].TrimEnd(' ')));
            line = line[cut..].TrimStart(' ');
        }

        if (lines.Count < MaxLines)
        {
            lines.Add(Clean(line));
        }
    }

    private static int FindBreak(ReadOnlySpan<char> line)
    {
        var window = line[..(PreferredLength + 1)];
        var colon = window.LastIndexOf(": ");
        if (colon >= ShortestBreak)
        {
            return colon + 1;
        }

        var blank = window.LastIndexOf(' ');
        if (blank >= ShortestBreak)
        {
            return blank;
        }

        var next = line[PreferredLength..].IndexOf(' ');
        return next < 0 ? -1 : PreferredLength + next;
    }

    // Replies are lines of printable text: whatever else an expansion has brought in must not reach the wire.
    private static string Clean(ReadOnlySpan<char> line) =>
        line.ContainsAnyInRange('\0', '\x1f') ? string.Create(line.Length, line, (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = source[i] < ' ' ? ' ' : source[i];
            }
        }).TrimEnd(' ') : line.ToString();
}
