using System.Globalization;
using System.Text;
using Pipeline.EndToEnd.Tests.Expansion;

namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary>Where we reply otherwise than Exim: fails on each difference that is not accepted, and on each accepted one that is no more.</summary>
internal sealed class DifferenceReport(string folder)
{
    private readonly IReadOnlyDictionary<string, AcceptedDifference> _accepted = AcceptedDifferences.Read(folder);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();

    public void Compare(SessionFile file, TestedSession session, IReadOnlyList<string> exim, IReadOnlyList<string> ours)
    {
        var (theirs, own) = (session.Align(exim), session.Align(ours));
        for (var i = 0; i < theirs.Count; i++)
        {
            var (expected, actual) = (theirs[i] ?? "", own[i] ?? "");
            var plain = actual.Length == 0 ? "" : Replies.WithoutEnhancedCodes(actual);
            if (expected == actual || expected == plain || expected == LastLineOf(plain))
            {
                continue;
            }

            var said = i == 0 ? "(connects)" : session.Commands[i - 1];
            var key = string.Create(CultureInfo.InvariantCulture, $"{file.Name}: {session.Name}: {i} {CorpusText.Write(said.Length > 60 ? said[..60] : said)}");
            _seen.Add(key);
            if (_accepted.GetValueOrDefault(key) is { } known && (known.Exim, known.Ours) == (expected, plain))
            {
                continue;
            }

            _text.Append(key).Append("\n    exim = ").Append(CorpusText.Write(expected)).Append("\n    ours = ").Append(CorpusText.Write(plain)).Append('\n');
        }
    }

    public void AssertNothing()
    {
        foreach (var gone in _accepted.Keys.Except(_seen, StringComparer.Ordinal))
        {
            _text.Append(gone).Append("\n    is an accepted difference, and is none\n");
        }

        Assert.True(_text.Length == 0, $"replies differ:\n{_text}");
    }

    /// <summary>A reply whose last line was a keyword of ours ends one line earlier.</summary>
    private static string LastLineOf(string reply)
    {
        var start = reply.LastIndexOf('\n') + 1;
        return reply.Length > start + 3 && reply[start + 3] == '-' ? $"{reply[..(start + 3)]} {reply[(start + 4)..]}" : reply;
    }
}
