using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Support.Scanning;

/// <summary>A verdict server on a loopback port that answers as a test says (docs/verdict-protocol.md).</summary>
/// <param name="answer">The answer to a question, both in JSON; null to say nothing and to keep the connection.</param>
public sealed partial class VerdictServer(Func<string, string?> answer, string status = "200 OK") : IAsyncDisposable
{
    private readonly ScriptedDaemon _daemon = new(IsWhole, said => IsWhole(said) && answer(Of(said).Envelope) is { } json ? Response(json, status) : null);

    /// <summary>As <c>blswcServerAddress</c> names it.</summary>
    public string Address => _daemon.Address.Replace(' ', ':');

    /// <summary>What was asked: the head of the request, the envelope in JSON, the message with LF.</summary>
    public IReadOnlyList<(string Head, string Envelope, string Message)> Questions => [.. _daemon.Requests.Where(IsWhole).Select(Of)];

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    private static (string Head, string Envelope, string Message) Of(byte[] said)
    {
        var text = Encoding.Latin1.GetString(said);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var boundary = BoundaryPattern().Match(text[..end]).Groups[1].Value;
        var parts = text[(end + 4)..].Split($"--{boundary}");
        return (text[..end], Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Content(parts[1]))), Content(parts[2]).ReplaceLineEndings("\n"));
    }

    private static string Content(string part) => part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..^2];

    private static bool IsWhole(byte[] said)
    {
        var text = Encoding.Latin1.GetString(said);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0 && LengthPattern().Match(text[..end]) is { Success: true } length && said.Length - end - 4 >= int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static byte[] Response(string json, string status)
    {
        var body = Encoding.UTF8.GetBytes(json);
        return [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];
    }

    [GeneratedRegex("boundary=\"?([^\"\\r]+)")]
    private static partial Regex BoundaryPattern();

    [GeneratedRegex("Content-Length: ([0-9]+)")]
    private static partial Regex LengthPattern();
}
