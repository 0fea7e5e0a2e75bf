using System.Text;
using Pipeline.EndToEnd.Tests.Expansion;

namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary>
/// A file of sessions for one configuration: <c>session: name</c>, <c>client: address</c>, then lines of the client (<c>C: …</c>), each followed by the lines of
/// Exim's reply (<c>S: …</c>). Lines that begin with <c>#</c> are comments.
/// </summary>
internal sealed class SessionFile
{
    private const string Session = "session: ";
    private const string Client = "client: ";
    private const string Said = "C:";
    private const string Answered = "S:";

    private readonly string _path;
    private readonly string[] _lines;

    private SessionFile(string path)
    {
        _path = path;
        _lines = File.ReadAllLines(path, Encoding.Latin1);
        Sessions = [.. Read(_lines)];
    }

    /// <summary>Also that of its configuration.</summary>
    public string Name => Path.GetFileNameWithoutExtension(_path);

    public IReadOnlyList<TestedSession> Sessions { get; }

    public static IReadOnlyList<SessionFile> All(string folder) =>
        [.. Directory.GetFiles(folder, "*.txt").Where(path => Path.GetFileName(path) != AcceptedDifferences.FileName).Order(StringComparer.Ordinal).Select(path => new SessionFile(path))];

    /// <summary>Writes the file again, with these replies and everything else as it is.</summary>
    /// <param name="replies">For each session.</param>
    public void Write(IReadOnlyList<IReadOnlyList<string>> replies)
    {
        var text = new StringBuilder();
        var session = -1;
        var line = 0;
        IReadOnlyList<string?> aligned = [];
        foreach (var written in _lines.Where(written => !written.StartsWith(Answered, StringComparison.Ordinal)))
        {
            text.Append(written).Append('\n');
            if (written.StartsWith(Client, StringComparison.Ordinal))
            {
                aligned = Sessions[++session].Align(replies[session]);
                line = 0;
            }

            if (written.StartsWith(Client, StringComparison.Ordinal) || written.StartsWith(Said, StringComparison.Ordinal))
            {
                foreach (var answer in aligned[line++]?.Split('\n') ?? [])
                {
                    text.Append(Answered).Append(' ').Append(CorpusText.Write(answer)).Append('\n');
                }
            }
        }

        File.WriteAllText(_path, text.ToString(), Encoding.Latin1);
    }

    private static IEnumerable<TestedSession> Read(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Session, StringComparison.Ordinal))
            {
                continue;
            }

            var name = lines[i][Session.Length..];
            Assert.True(i + 1 < lines.Length && lines[i + 1].StartsWith(Client, StringComparison.Ordinal), $"session {name} has no client");
            var block = lines.Skip(i + 2).TakeWhile(line => !line.StartsWith(Session, StringComparison.Ordinal)).ToArray();
            yield return new TestedSession(
                name,
                lines[i + 1][Client.Length..],
                [.. block.Where(line => line.StartsWith(Said, StringComparison.Ordinal)).Select(line => CorpusText.Read(line[Said.Length..].TrimStart(' ')))],
                Replies.Of(string.Join('\n', block.Where(line => line.StartsWith(Answered, StringComparison.Ordinal)).Select(line => CorpusText.Read(line[Answered.Length..].TrimStart(' '))))));
        }
    }
}
