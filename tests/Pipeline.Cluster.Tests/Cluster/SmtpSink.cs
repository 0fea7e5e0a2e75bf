using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The next hop: takes or refuses messages by their recipient, after a while, and remembers each copy. A copy counts when its 250 is about to be sent.</summary>
/// <remarks>One recipient for each transaction: the last one decides.</remarks>
internal sealed class SmtpSink : IDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly ConcurrentDictionary<string, bool> _putOff = new(StringComparer.OrdinalIgnoreCase);

    public SmtpSink(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>How long a message waits for its answer: the time in which a kill leaves doubt.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(60);

    /// <summary>The same for <see cref="SinkAnswer.Slow"/> recipients: nodes always have some of them in their hands.</summary>
    public TimeSpan LongDelay { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Messages that have come since the last call, header and body.</summary>
    public IEnumerable<string> Take()
    {
        while (_messages.TryDequeue(out var message))
        {
            yield return message;
        }
    }

    /// <summary>Counts a copy.</summary>
    public void Remember(string message) => _messages.Enqueue(message);

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
            var recipient = "";
            while (await reader.ReadLineAsync(stopping) is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                recipient = verb == "RCPT" ? line : recipient;
                if (verb == "DATA")
                {
                    await writer.WriteLineAsync("354 go on");
                    if (await ReadMessageAsync(reader, stopping) is not { } message)
                    {
                        return;
                    }

                    await writer.WriteLineAsync(await AnswerAsync(message, recipient, stopping));
                }
                else
                {
                    await writer.WriteLineAsync(verb switch { "RCPT" => Answer(recipient), "QUIT" => "221 bye", _ => "250 ok" });
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The node was killed, or the run is over.
        }
    }

    private string Answer(string recipient) => SinkAnswers.Of(recipient) switch
    {
        SinkAnswer.Later when _putOff.TryAdd(recipient, true) => "450 4.2.1 not yet",
        SinkAnswer.Gone => "550 5.1.1 nobody of that name",
        _ => "250 ok",
    };

    private async Task<string> AnswerAsync(string message, string recipient, CancellationToken stopping)
    {
        var answer = SinkAnswers.Of(recipient);
        await Task.Delay(answer == SinkAnswer.Slow ? LongDelay : Delay, stopping);
        if (answer == SinkAnswer.Unwanted)
        {
            return "554 5.7.1 not wanted here";
        }

        if (answer == SinkAnswer.Busy && _putOff.TryAdd(recipient, true))
        {
            return "451 4.3.2 too busy";
        }

        Remember(message);
        return "250 ok";
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
