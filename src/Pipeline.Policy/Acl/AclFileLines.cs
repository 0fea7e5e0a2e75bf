using System.Collections.Immutable;
using System.Text;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl;

/// <summary>The logical lines of an ACL that stands in a file of its own: comments and continuations, no macros.</summary>
internal static class AclFileLines
{
    public static ImmutableArray<LogicalLine> Read(string text, string path)
    {
        var lines = ImmutableArray.CreateBuilder<LogicalLine>();
        var joined = new StringBuilder();
        var number = 0;
        var began = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).Trim();
            if (!line.IsEmpty && line[0] == '#')
            {
                continue;
            }

            began = joined.Length == 0 ? number : began;
            if (!line.IsEmpty && line[^1] == '\\')
            {
                joined.Append(line[..^1]);
                continue;
            }

            joined.Append(line);
            Flush();
        }

        Flush();
        return lines.ToImmutable();

        void Flush()
        {
            if (joined.Length > 0)
            {
                lines.Add(new LogicalLine(joined.ToString(), new SourceLocation(path, began)));
                joined.Clear();
            }
        }
    }
}
