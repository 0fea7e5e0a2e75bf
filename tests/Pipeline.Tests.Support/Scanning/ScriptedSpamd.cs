using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Tests.Support.Scanning;

/// <summary>A SpamAssassin server on a loopback port of its own that answers as a test says and remembers what it was asked.</summary>
public sealed class ScriptedSpamd : IAsyncDisposable
{
    private const string ContentLength = "Content-length: ";

    private readonly ScriptedListener _listener;
    private readonly Func<ScriptedSpamdRequest, Task> _script;
    private readonly ConcurrentQueue<ScriptedSpamdRequest> _requests = new();

    private ScriptedSpamd(Func<ScriptedSpamdRequest, Task> script)
    {
        _script = script;
        _listener = new ScriptedListener(new IPEndPoint(IPAddress.Loopback, 0), ServeAsync);
    }

    public int Port => _listener.Port;

    /// <summary>The item of spamd_address that leads here.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {Port}");

    /// <summary>Whole requests so far.</summary>
    public IReadOnlyList<ScriptedSpamdRequest> Requests => [.. _requests];

    /// <param name="script">Run for each request that was read whole; the connection closes behind it.</param>
    public static ScriptedSpamd Start(Func<ScriptedSpamdRequest, Task> script) => new(script);

    /// <summary>A server that gives every message this score, of a threshold of 5.</summary>
    public static ScriptedSpamd Scores(string score, string report = "report\r\nof two lines\r\n") => new(request => request.AnswerAsync(Reply(score, report)));

    public static string Reply(string score, string report = "report\r\nof two lines\r\n") =>
        $"SPAMD/1.1 0 EX_OK\r\nContent-length: {report.Length}\r\nSpam: True ; {score} / 5.0\r\n\r\n{report}";

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(NetworkStream stream, CancellationToken stopping)
    {
        if (await ReadAsync(stream, stopping) is { } request)
        {
            _requests.Enqueue(request);
            await _script(request);
        }
    }

    /// <summary>Up to the half-close, as the real one reads.</summary>
    private static async Task<ScriptedSpamdRequest?> ReadAsync(NetworkStream stream, CancellationToken stopping)
    {
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, stopping);
        var text = Encoding.Latin1.GetString(octets.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var header = text[..end];
        var length = header.Split("\r\n").FirstOrDefault(line => line.StartsWith(ContentLength, StringComparison.Ordinal))?[ContentLength.Length..];
        var message = text[(end + 4)..];
        return length == message.Length.ToString(CultureInfo.InvariantCulture) ? new ScriptedSpamdRequest(header, message, stream, stopping) : null;
    }
}

/// <param name="Header">The request line and the fields.</param>
/// <param name="Message">One char for each octet.</param>
/// <param name="Stopping">The server ends: whoever hangs, stops.</param>
public sealed record ScriptedSpamdRequest(string Header, string Message, NetworkStream Stream, CancellationToken Stopping)
{
    public Task AnswerAsync(string octets) => Stream.WriteAsync(Encoding.Latin1.GetBytes(octets), Stopping).AsTask();

    /// <summary>Never answers.</summary>
    public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, Stopping);
}
