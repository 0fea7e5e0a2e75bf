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

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<ScriptedSpamdRequest, Task> _script;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<ScriptedSpamdRequest> _requests = new();
    private readonly Task _running;

    private ScriptedSpamd(Func<ScriptedSpamdRequest, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _running = AcceptAsync();
    }

    public int Port { get; }

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

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _running;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var conversations = new List<Task>();
        try
        {
            while (true)
            {
                conversations.Add(ServeAsync(await _listener.AcceptAsync(_stopping.Token)));
                conversations.RemoveAll(conversation => conversation.IsCompletedSuccessfully);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (await ReadAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                await _script(request);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }

    /// <summary>Up to the half-close, as the real one reads.</summary>
    private async Task<ScriptedSpamdRequest?> ReadAsync(NetworkStream stream)
    {
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, _stopping.Token);
        var text = Encoding.Latin1.GetString(octets.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var header = text[..end];
        var length = header.Split("\r\n").FirstOrDefault(line => line.StartsWith(ContentLength, StringComparison.Ordinal))?[ContentLength.Length..];
        var message = text[(end + 4)..];
        return length == message.Length.ToString(CultureInfo.InvariantCulture) ? new ScriptedSpamdRequest(header, message, stream, _stopping.Token) : null;
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
