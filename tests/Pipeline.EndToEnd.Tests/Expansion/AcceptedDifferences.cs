using System.Text;

namespace Pipeline.EndToEnd.Tests.Expansion;

internal sealed record AcceptedDifference(string Exim, string Ours, string Why);

/// <summary>Expressions for which we say something else than Exim and mean it: below each what either says, and why.</summary>
internal static class AcceptedDifferences
{
    public const string FileName = "accepted-differences.txt";

    private static readonly string[] Marks = ["    exim = ", "    ours = ", "    why: "];

    public static IReadOnlyDictionary<string, AcceptedDifference> Read(string folder)
    {
        var accepted = new Dictionary<string, AcceptedDifference>(StringComparer.Ordinal);
        var lines = File.ReadAllLines(Path.Combine(folder, FileName), Encoding.Latin1).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        for (var i = 0; i < lines.Length; i += 1 + Marks.Length)
        {
            for (var mark = 0; mark < Marks.Length; mark++)
            {
                Assert.True(
                    i + mark + 1 < lines.Length && lines[i + mark + 1].StartsWith(Marks[mark], StringComparison.Ordinal),
                    $"{FileName}: \"{lines[i]}\" needs a line that begins with \"{Marks[mark]}\"");
            }

            var why = lines[i + 3][Marks[2].Length..];
            Assert.True(why.Length > 10, $"{FileName}: \"{lines[i]}\" needs a reason");
            accepted.Add(
                lines[i],
                new AcceptedDifference(CorpusText.Read(lines[i + 1][Marks[0].Length..]), CorpusText.Read(lines[i + 2][Marks[1].Length..]), why));
        }

        return accepted;
    }
}
