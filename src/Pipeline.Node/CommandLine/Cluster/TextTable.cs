namespace Pipeline.Node.CommandLine.Cluster;

/// <summary>Columns as wide as what is in them, two blanks apart.</summary>
internal static class TextTable
{
    public static void Print(TextWriter output, string[] head, IReadOnlyList<string[]> rows)
    {
        var widths = head.Select((name, column) => Math.Max(name.Length, rows.Select(row => row[column].Length).DefaultIfEmpty().Max())).ToArray();
        Line(head);
        foreach (var row in rows)
        {
            Line(row);
        }

        void Line(string[] cells) => output.WriteLine(string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
