using System.Globalization;
using System.Text;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A message as clients send it: it bears the token of its sending, and a copy that is not whole is known by its end.</summary>
internal static class TestMessage
{
    public const string TokenHeader = "X-Token: ";

    /// <summary>The last line, without its end.</summary>
    public static string LastLine(int token) => string.Create(CultureInfo.InvariantCulture, $"end of {token}.");

    /// <param name="lines">Of the body, 76 octets each, beside the last one.</param>
    public static string Of(int token, int lines)
    {
        var line = new string((char)('a' + (token % 26)), 74) + "\r\n";
        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"From: a@client.example\r\nMessage-ID: <m{token}@client.example>\r\n{TokenHeader}{token}\r\nSubject: {token}\r\n\r\n")
            .Append(string.Concat(Enumerable.Repeat(line, lines)))
            .Append(LastLine(token))
            .Append("\r\n")
            .ToString();
    }
}
