using System.Globalization;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>Writes how one text became another, in the unified form of diff(1).</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <param name="from">Lines that are compared, each with how it is shown.</param>
    /// <returns>Whether there is a difference.</returns>
    public static bool Write(
        TextWriter output,
        string fromName,
        string toName,
        IReadOnlyList<(string Text, string Shown)> from,
        IReadOnlyList<(string Text, string Shown)> to)
    {
        var edits = LineEdits.Between([.. from.Select(line => line.Text)], [.. to.Select(line => line.Text)]);
        var changes = Enumerable.Range(0, edits.Count).Where(i => edits[i].Kind != EditKind.Same).ToArray();
        if (changes.Length == 0)
        {
            return false;
        }

        output.WriteLine($"--- {fromName}");
        output.WriteLine($"+++ {toName}");
        for (var i = 0; i < changes.Length;)
        {
            var begin = Math.Max(changes[i] - Context, 0);
            var last = changes[i];
            for (i++; i < changes.Length && changes[i] - last <= 2 * Context; i++)
            {
                last = changes[i];
            }

            WriteHunk(output, edits, begin, Math.Min(last + Context, edits.Count - 1), from, to);
        }

        return true;
    }

    private static void WriteHunk(
        TextWriter output,
        IReadOnlyList<LineEdit> edits,
        int begin,
        int end,
        IReadOnlyList<(string Text, string Shown)> from,
        IReadOnlyList<(string Text, string Shown)> to)
    {
        var hunk = edits.Skip(begin).Take(end - begin + 1).ToArray();
        var removed = hunk.Count(edit => edit.Kind != EditKind.Added);
        var added = hunk.Count(edit => edit.Kind != EditKind.Removed);
        output.WriteLine($"@@ -{Range(hunk[0].From, removed)} +{Range(hunk[0].To, added)} @@");
        foreach (var edit in hunk)
        {
            output.WriteLine(edit.Kind switch
            {
                EditKind.Removed => $"-{from[edit.From].Shown}",
                EditKind.Added => $"+{to[edit.To].Shown}",
                _ => $" {from[edit.From].Shown}",
            });
        }
    }

    /// <summary>Lines count from 1; an empty range is said to stand behind the line before it.</summary>
    private static string Range(int begin, int count) => count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{begin + 1}")
        : string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? begin : begin + 1)},{count}");
}
