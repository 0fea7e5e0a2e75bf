using System.Text;

namespace Pipeline.EndToEnd.Tests.Expansion;

/// <param name="Answer">What Exim has printed for it, octets; null when nothing is recorded yet.</param>
internal sealed record CorpusEntry(string Expression, string? Answer);

/// <summary>
/// A file of the corpus: an expression on each line, and on the next one, behind four blanks and <c>=</c>, what Exim prints for it. Lines that begin with
/// <c>#</c> are comments. <c>DIR</c> stands for the folder that has the files beside the corpus.
/// </summary>
internal sealed class CorpusFile
{
    private const string AnswerMark = "    = ";

    private readonly string _path;
    private readonly string[] _lines;

    private CorpusFile(string path)
    {
        _path = path;
        _lines = File.ReadAllLines(path, Encoding.Latin1);
        Entries = [.. Read(_lines)];
    }

    public string Name => Path.GetFileNameWithoutExtension(_path);

    public IReadOnlyList<CorpusEntry> Entries { get; }

    public static IReadOnlyList<CorpusFile> All(string folder) =>
        [.. Directory.GetFiles(folder, "*.txt").Where(path => Path.GetFileName(path) != AcceptedDifferences.FileName).Order(StringComparer.Ordinal).Select(p => new CorpusFile(p))];

    /// <summary>Writes the file again, with these answers and everything else as it is.</summary>
    public void Write(IReadOnlyDictionary<string, string> answers)
    {
        var text = new StringBuilder();
        foreach (var line in _lines.Where(line => !line.StartsWith(' ')))
        {
            text.Append(line).Append('\n');
            if (IsExpression(line))
            {
                text.Append(AnswerMark).Append(CorpusText.Write(answers[line])).Append('\n');
            }
        }

        File.WriteAllText(_path, text.ToString(), Encoding.Latin1);
    }

    private static bool IsExpression(string line) => line.Length > 0 && line[0] is not ('#' or ' ');

    private static IEnumerable<CorpusEntry> Read(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (IsExpression(lines[i]))
            {
                var answer = i + 1 < lines.Length && lines[i + 1].StartsWith(AnswerMark, StringComparison.Ordinal) ? lines[i + 1][AnswerMark.Length..] : null;
                yield return new CorpusEntry(lines[i], answer is null ? null : CorpusText.Read(answer));
            }
        }
    }
}
