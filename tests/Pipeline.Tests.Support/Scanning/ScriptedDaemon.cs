using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support.Scanning;

/// <summary>A scanner on a loopback port or a Unix socket that reads what it is told and answers once, as a test says.</summary>
public sealed class ScriptedDaemon : IAsyncDisposable
{
    private readonly ScriptedListener _listener;
    private readonly Func<byte[], bool> _whole;
    private readonly Func<byte[], byte[]?> _answer;
    private readonly ConcurrentQueue<byte[]> _requests = new();

    /// <param name="whole">Whether all has come that the client will say before it hears something.</param>
    /// <param name="answer">Null to say nothing and to keep the connection.</param>
    /// <param name="path">Of a Unix socket; null for a port.</param>
    public ScriptedDaemon(Func<byte[], bool> whole, Func<byte[], byte[]?> answer, string? path = null)
    {
        (_whole, _answer) = (whole, answer);
        _listener = new ScriptedListener(path is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path), ServeAsync);
        Address = path ?? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {_listener.Port}");
    }

    /// <summary>As av_scanner names it.</summary>
    public string Address { get; }

    /// <summary>What each client said.</summary>
    public IReadOnlyList<byte[]> Requests => [.. _requests];

    /// <summary>One that speaks clamd's protocol with streams.</summary>
    public static ScriptedDaemon Clamd(string? answer, string? path = null) => new(
        static said => said.AsSpan().EndsWith("\0\0\0\0"u8), _ => answer is null ? null : System.Text.Encoding.Latin1.GetBytes(answer), path);

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(NetworkStream stream, CancellationToken stopping)
    {
        using var said = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = await stream.ReadAsync(buffer, stopping)) > 0;)
        {
            said.Write(buffer, 0, count);
            if (_whole(said.ToArray()))
            {
                break;
            }
        }

        _requests.Enqueue(said.ToArray());
        if (_answer(said.ToArray()) is { } answer)
        {
            await stream.WriteAsync(answer, stopping);
            return;
        }

        await Task.Delay(Timeout.Infinite, stopping);
    }
}
