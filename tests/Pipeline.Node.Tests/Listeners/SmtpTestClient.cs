using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>A client that sends exactly what it is told and reads replies. Gives up after a bounded time, so that a test fails rather than hangs.</summary>
internal sealed class SmtpTestClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream _stream;
    private int _start;
    private int _end;

    public SmtpTestClient(Stream stream) => _stream = stream;

    public static async Task<SmtpTestClient> ConnectAsync(IPEndPoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new SmtpTestClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Connects, reads the banner, says EHLO.</summary>
    public static async Task<SmtpTestClient> GreetedAsync(IPEndPoint endpoint)
    {
        SmtpTestClient client = await ConnectAsync(endpoint);
        await client.ExpectAsync("220 ");
        await client.CommandAsync("EHLO client.example", "250-");
        return client;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] octets)
    {
        await _stream.WriteAsync(octets, _patience.Token);
        await _stream.FlushAsync(_patience.Token);
    }

    public async Task<string> CommandAsync(string line, string expected)
    {
        await SendAsync(line + "\r\n");
        return await ExpectAsync(expected);
    }

    /// <summary>Reads a reply, all its lines joined with LF, and checks how it begins.</summary>
    public async Task<string> ExpectAsync(string start)
    {
        string reply = await ReadReplyAsync() ?? "(end of connection)";
        Assert.True(reply.StartsWith(start, StringComparison.Ordinal), $"expected {start}, got {reply}");
        return reply;
    }

    /// <summary>A reply, or null at the end of the connection.</summary>
    public async Task<string?> ReadReplyAsync()
    {
        var reply = new StringBuilder();
        while (await ReadLineAsync() is { } line)
        {
            reply.Append(reply.Length > 0 ? "\n" : "").Append(line);
            if (line.Length < 4 || line[3] != '-')
            {
                return reply.ToString();
            }
        }

        return reply.Length > 0 ? reply.ToString() : null;
    }

    /// <summary>Drops whatever comes until the connection ends.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReadAsync() > 0)
        {
        }
    }

    public async Task ExpectEndAsync() => Assert.Null(await ReadReplyAsync());

    /// <param name="certificate">What the client shows when it is asked.</param>
    /// <param name="protocols">What the client names by ALPN.</param>
    public async Task SecureAsync(string serverName = "mx.example.com", X509Certificate2? certificate = null, params string[] protocols)
    {
        var tls = new SslStream(
            _stream,
            leaveInnerStreamOpen: false,
            (_, certificate, _, _) => (ServerCertificate = certificate?.Subject) is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(name => new SslApplicationProtocol(name))],
            ClientCertificates = certificate is null ? null : [certificate],
        }, _patience.Token);
        _stream = tls;
        (Cipher, ApplicationProtocol) = ($"{tls.SslProtocol} {tls.NegotiatedCipherSuite}", tls.NegotiatedApplicationProtocol.ToString());
    }

    public string? ServerCertificate { get; private set; }

    /// <summary>Protocol and suite.</summary>
    public string? Cipher { get; private set; }

    /// <summary>What ALPN has come to; empty without.</summary>
    public string? ApplicationProtocol { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _patience.Dispose();
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            int end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                line.Append(Encoding.UTF8.GetString(_buffer, _start, end));
                _start += end + 1;
                Assert.EndsWith("\r", line.ToString(), StringComparison.Ordinal);
                return line.ToString(0, line.Length - 1);
            }

            line.Append(Encoding.UTF8.GetString(_buffer, _start, _end - _start));
            _start = 0;
            _end = await ReadAsync();
            if (_end == 0)
            {
                return null;
            }
        }
    }

    private async Task<int> ReadAsync()
    {
        try
        {
            return await _stream.ReadAsync(_buffer, _patience.Token);
        }
        catch (IOException) when (_stream is not SslStream)
        {
            // A reset after the last reply is an end as well; under TLS it would be a missing close_notify.
            return 0;
        }
    }
}
