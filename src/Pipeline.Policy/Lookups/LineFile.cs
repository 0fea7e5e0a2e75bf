using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Lookups;

/// <summary>An entry of a linearly searched file.</summary>
/// <param name="Key">With quotes and escapes undone.</param>
/// <param name="Data">The rest of the line and its continuation lines, joined by single blanks.</param>
/// <param name="Full">The entry from its key on (<c>ret=full</c>).</param>
internal sealed record LineEntry(string Key, string Data, string Full);

/// <summary>The entries of a file that is searched from the top, and an index of them.</summary>
/// <remarks>
/// A key ends at a colon or blank, or stands in double quotes. Lines that begin with a blank continue an entry; a comment or an empty line ends it.
/// </remarks>
internal sealed class LineFile
{
    private readonly Dictionary<string, LineEntry> _byKey = new(StringComparer.OrdinalIgnoreCase);

    private LineFile(List<LineEntry> entries)
    {
        Entries = entries;
        foreach (var entry in entries)
        {
            _byKey.TryAdd(entry.Key, entry);
        }
    }

    public static LookupFiles<LineFile> Files { get; } = new(octets => Parse(OctetString.FromBytes(octets)));

    public IReadOnlyList<LineEntry> Entries { get; }

    public LineEntry? Find(string key) => _byKey.GetValueOrDefault(key);

    public static LineFile Parse(string text)
    {
        var entries = new List<LineEntry>();
        (string Key, StringBuilder Data, StringBuilder Full)? open = null;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).TrimEnd();
            if (line.IsEmpty || line[0] == '#')
            {
                Close();
            }
            else if (!ListSyntax.IsBlank(line[0]))
            {
                Close();
                var (key, rest) = SplitKey(line);
                open = (key, new StringBuilder().Append(rest), new StringBuilder().Append(line));
            }
            else if (open is { } entry)
            {
                var more = line.TrimStart();
                entry.Data.Append(' ').Append(more);
                entry.Full.Append(' ').Append(more);
            }
        }

        Close();
        return new LineFile(entries);

        void Close()
        {
            if (open is { } entry)
            {
                entries.Add(new LineEntry(entry.Key, entry.Data.ToString(), entry.Full.ToString()));
                open = null;
            }
        }
    }

    private static (string Key, string Data) SplitKey(ReadOnlySpan<char> line)
    {
        var key = new StringBuilder();
        var position = 0;
        if (line[0] == '"')
        {
            position = 1;
            while (position < line.Length && line[position] != '"')
            {
                if (line[position] == '\\' && position + 1 < line.Length)
                {
                    var (c, length) = EscapeSequence.Read(line[position..]);
                    key.Append(c);
                    position += length;
                }
                else
                {
                    key.Append(line[position++]);
                }
            }

            position = Math.Min(position + 1, line.Length);
        }
        else
        {
            while (position < line.Length && line[position] != ':' && !ListSyntax.IsBlank(line[position]))
            {
                position++;
            }

            key.Append(line[..position]);
        }

        var rest = line[position..].TrimStart();
        if (!rest.IsEmpty && rest[0] == ':')
        {
            rest = rest[1..].TrimStart();
        }

        return (key.ToString(), rest.ToString());
    }
}
