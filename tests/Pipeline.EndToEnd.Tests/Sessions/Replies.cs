using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary>The replies in the output of a test session, without what is new each time.</summary>
internal static partial class Replies
{
    /// <param name="output">With the error output, whose lines are no replies.</param>
    /// <returns>Each with its lines, LF between them.</returns>
    public static IReadOnlyList<string> Of(string output)
    {
        var replies = new List<string>();
        var lines = new List<string>();
        foreach (var line in output.ReplaceLineEndings("\n").Split('\n'))
        {
            if (!ReplyLine().IsMatch(line))
            {
                continue;
            }

            lines.Add(Settled(line));
            if (line.Length == 3 || line[3] == ' ')
            {
                replies.Add(string.Join('\n', lines));
                lines.Clear();
            }
        }

        return replies;
    }

    /// <summary>Without what is ours by choice: enhanced status codes (RFC 2034), and the keyword that offers them.</summary>
    public static string WithoutEnhancedCodes(string reply)
    {
        var lines = reply.Split('\n').Where(line => !line.EndsWith("ENHANCEDSTATUSCODES", StringComparison.Ordinal)).Select(line => EnhancedCode().Replace(line, "$1"));
        return string.Join('\n', lines);
    }

    private static string Settled(string line) =>
        Challenge().Replace(Banner().Replace(MessageId().Replace(line, "id=ID"), "$1ESMTP BANNER"), "334 CHALLENGE");

    [GeneratedRegex("^[2-5][0-9][0-9]( |-|$)", RegexOptions.CultureInvariant)]
    private static partial Regex ReplyLine();

    [GeneratedRegex("^([2-5][0-9][0-9][ -])[245]\\.[0-9]{1,3}\\.[0-9]{1,3} ", RegexOptions.CultureInvariant)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex("id=[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}", RegexOptions.CultureInvariant)]
    private static partial Regex MessageId();

    [GeneratedRegex("^(220 \\S+ )ESMTP Exim .*", RegexOptions.CultureInvariant)]
    private static partial Regex Banner();

    // That of CRAM-MD5: a message identifier in base64.
    [GeneratedRegex("^334 P[A-Z][0-9A-Za-z+/=]{20,}$", RegexOptions.CultureInvariant)]
    private static partial Regex Challenge();
}
