using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A session of a client that gives each reply only so much time.</summary>
internal sealed class SmtpClientSession : IAsyncDisposable
{
    private readonly TcpClient _connection = new() { NoDelay = true };
    private readonly TimeSpan _patience;
    private StreamReader _reader = StreamReader.Null;

    private SmtpClientSession(TimeSpan patience) => _patience = patience;

    /// <summary>Connects, waits for the greeting and says EHLO.</summary>
    /// <exception cref="IOException">The server closed, or refused.</exception>
    /// <exception cref="OperationCanceledException">The server took too long.</exception>
    public static async Task<SmtpClientSession> OpenAsync(IPEndPoint endpoint, TimeSpan patience)
    {
        var session = new SmtpClientSession(patience);
        try
        {
            using var bound = new CancellationTokenSource(patience);
            await session._connection.ConnectAsync(endpoint, bound.Token);
            session._reader = new StreamReader(session._connection.GetStream(), Encoding.Latin1);
            await session.ReadAsync('2');
            await session.CommandAsync("EHLO client.example", '2');
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <returns>The last line of the reply.</returns>
    /// <exception cref="RefusedException">The reply is of another class.</exception>
    public async Task<string> CommandAsync(string line, char expected)
    {
        await SendAsync(line + "\r\n");
        return await ReadAsync(expected);
    }

    /// <summary>Begins a transaction.</summary>
    /// <exception cref="RefusedException">The sender or a recipient is not taken.</exception>
    public async Task EnvelopeAsync(string sender, IEnumerable<string> recipients)
    {
        await CommandAsync($"MAIL FROM:<{sender}>", '2');
        foreach (var recipient in recipients)
        {
            await CommandAsync($"RCPT TO:<{recipient}>", '2');
        }
    }

    public async Task SendAsync(string text)
    {
        using var bound = new CancellationTokenSource(_patience);
        await _connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), bound.Token);
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ReadAsync(char expected)
    {
        using var bound = new CancellationTokenSource(_patience);
        while (true)
        {
            var line = await _reader.ReadLineAsync(bound.Token) ?? throw new IOException("the server closed");
            if (line.Length > 3 && line[3] == '-')
            {
                continue;
            }

            return line.StartsWith(expected) ? line : throw new RefusedException(line);
        }
    }
}
