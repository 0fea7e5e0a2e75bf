using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The next hop: takes every message after a while and remembers each copy. A copy counts when its 250 is about to be sent.</summary>
internal sealed class SmtpSink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _messages = new();

    public SmtpSink()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long a message waits for its 250: the time in which a kill leaves doubt.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(60);

    /// <summary>Messages that have come since the last call, header and body.</summary>
    public IEnumerable<string> Take()
    {
        while (_messages.TryDequeue(out var message))
        {
            yield return message;
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token), _stopping.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        using var connection = client;
        try
        {
            using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
            await using var writer = new StreamWriter(connection.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 sink.test");
            while (await reader.ReadLineAsync(stopping) is { } line)
            {
                if (line.Equals("DATA", StringComparison.OrdinalIgnoreCase))
                {
                    await writer.WriteLineAsync("354 go on");
                    if (await ReadMessageAsync(reader, stopping) is not { } message)
                    {
                        return;
                    }

                    await Task.Delay(Delay, stopping);
                    _messages.Enqueue(message);
                }

                await writer.WriteLineAsync("250 ok");
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The node was killed, or the run is over.
        }
    }

    /// <returns>Null when the connection ended before the final dot.</returns>
    private static async Task<string?> ReadMessageAsync(StreamReader reader, CancellationToken stopping)
    {
        var message = new StringBuilder();
        while (await reader.ReadLineAsync(stopping) is { } line)
        {
            if (line == ".")
            {
                return message.ToString();
            }

            message.Append(line).Append('\n');
        }

        return null;
    }
}
