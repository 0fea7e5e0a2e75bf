namespace Pipeline.Policy.Configuration;

/// <summary>Guesses what somebody meant to write.</summary>
public static class NearestName
{
    private const int MaxLength = 64;

    /// <summary>The known name with the smallest edit distance, if it is small; else null.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        if (written.Length is < 2 or > MaxLength)
        {
            return null;
        }

        var limit = Math.Max(1, written.Length / 4);
        string? nearest = null;
        foreach (var name in known)
        {
            if (Math.Abs(name.Length - written.Length) > limit)
            {
                continue;
            }

            var distance = Distance(written, name);
            if (distance <= limit && distance > 0)
            {
                limit = distance - 1;
                nearest = name;
            }
        }

        return nearest;
    }

    /// <summary>The hint of a problem: <c>did you mean "x"?</c>, or null.</summary>
    public static string? Hint(string written, IEnumerable<string> known) => Find(written, known) is { } name ? $"did you mean \"{name}\"?" : null;

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var width = b.Length + 1;
        Span<int> cells = stackalloc int[width * 3];
        for (var j = 0; j < width; j++)
        {
            cells[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var row = cells.Slice(i % 3 * width, width);
            var above = cells.Slice((i + 2) % 3 * width, width);
            var twoAbove = cells.Slice((i + 1) % 3 * width, width);
            row[0] = i;
            for (var j = 1; j < width; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
                }
            }
        }

        return cells[(a.Length % 3 * width) + b.Length];
    }
}
