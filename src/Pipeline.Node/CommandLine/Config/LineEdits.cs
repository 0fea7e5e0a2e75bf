namespace Pipeline.Node.CommandLine.Config;

/// <summary>What becomes of a line.</summary>
internal enum EditKind
{
    Same,
    Removed,
    Added,
}

/// <param name="From">The line in the old text, or where it would be.</param>
/// <param name="To">The line in the new text, or where it would be.</param>
internal readonly record struct LineEdit(EditKind Kind, int From, int To);

/// <summary>The shortest way from one text to another, line by line.</summary>
/// <remarks>Myers' algorithm (An O(ND) Difference Algorithm and Its Variations, 1986), in memory that is quadratic in the number of edits, and so bounded.</remarks>
internal static class LineEdits
{
    /// <summary>Texts with more edits than this are told as one replacement.</summary>
    private const int MaxEdits = 2_000;

    public static IReadOnlyList<LineEdit> Between(string[] from, string[] to)
    {
        var head = 0;
        while (head < from.Length && head < to.Length && from[head] == to[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < from.Length - head && tail < to.Length - head && from[^(tail + 1)] == to[^(tail + 1)])
        {
            tail++;
        }

        var edits = new List<LineEdit>();
        for (var i = 0; i < head; i++)
        {
            edits.Add(new LineEdit(EditKind.Same, i, i));
        }

        AddMiddle(edits, from, to, head, from.Length - tail, to.Length - tail);
        for (var i = tail; i > 0; i--)
        {
            edits.Add(new LineEdit(EditKind.Same, from.Length - i, to.Length - i));
        }

        return edits;
    }

    private static void AddMiddle(List<LineEdit> edits, string[] from, string[] to, int begin, int fromEnd, int toEnd)
    {
        if (FindTrace(from.AsSpan(begin, fromEnd - begin), to.AsSpan(begin, toEnd - begin)) is { } trace)
        {
            edits.AddRange(Walk(trace, fromEnd - begin, toEnd - begin).Select(edit => edit with { From = edit.From + begin, To = edit.To + begin }));
            return;
        }

        for (var i = begin; i < fromEnd; i++)
        {
            edits.Add(new LineEdit(EditKind.Removed, i, begin));
        }

        for (var i = begin; i < toEnd; i++)
        {
            edits.Add(new LineEdit(EditKind.Added, fromEnd, i));
        }
    }

    /// <summary>For each number of edits, how far each diagonal from -d to d had come before; null when there are too many edits.</summary>
    private static List<int[]>? FindTrace(ReadOnlySpan<string> from, ReadOnlySpan<string> to)
    {
        var bound = Math.Min(from.Length + to.Length, MaxEdits);
        var farthest = new int[(2 * bound) + 3];
        var middle = bound + 1;
        var trace = new List<int[]>();
        for (var d = 0; d <= bound; d++)
        {
            trace.Add(farthest[(middle - d - 1)..(middle + d + 2)]);
            for (var k = -d; k <= d; k += 2)
            {
                var x = k == -d || (k != d && farthest[middle + k - 1] < farthest[middle + k + 1])
                    ? farthest[middle + k + 1]
                    : farthest[middle + k - 1] + 1;
                while (x < from.Length && x - k < to.Length && from[x] == to[x - k])
                {
                    x++;
                }

                farthest[middle + k] = x;
                if (x >= from.Length && x - k >= to.Length)
                {
                    return trace;
                }
            }
        }

        return null;
    }

    /// <summary>Back along the trace from the end of both texts.</summary>
    private static List<LineEdit> Walk(List<int[]> trace, int x, int y)
    {
        var edits = new List<LineEdit>();
        for (var d = trace.Count - 1; d >= 0; d--)
        {
            var (farthest, middle, k) = (trace[d], d + 1, x - y);
            var before = k == -d || (k != d && farthest[middle + k - 1] < farthest[middle + k + 1]) ? k + 1 : k - 1;
            var (beforeX, beforeY) = d == 0 ? (0, 0) : (farthest[middle + before], farthest[middle + before] - before);
            while (x > beforeX && y > beforeY)
            {
                edits.Add(new LineEdit(EditKind.Same, --x, --y));
            }

            if (d > 0)
            {
                edits.Add(x == beforeX ? new LineEdit(EditKind.Added, x, --y) : new LineEdit(EditKind.Removed, --x, y));
            }
        }

        edits.Reverse();
        return edits;
    }
}
