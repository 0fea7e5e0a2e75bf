using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pipeline.Tests.Support.Smtp;

/// <summary>One connection as the peer sees it. Lines are Latin-1: one char for each octet.</summary>
public sealed class SmtpPeerSession : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly ConcurrentQueue<string> _reads = new();
    private readonly List<byte> _unread = [];
    private Stream _stream;

    internal SmtpPeerSession(Socket socket, CancellationToken stopping)
    {
        _socket = socket;
        if (_socket.ProtocolType == ProtocolType.Tcp)
        {
            _socket.NoDelay = true;
        }

        _stopping = stopping;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Lines read by <see cref="ReadLineAsync"/>.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    /// <summary>Texts read by <see cref="ReadDataAsync"/>.</summary>
    public IReadOnlyList<string> Messages => [.. _messages];

    /// <summary>What each read from the network gave: with a client that writes at once, one for each write.</summary>
    public IReadOnlyList<string> Reads => [.. _reads];

    /// <summary>What the client indicated as server name in TLS.</summary>
    public string? ServerName { get; private set; }

    /// <summary>Subject of the certificate that the client showed, if any.</summary>
    public string? ClientCertificate { get; private set; }

    /// <summary>Sends lines, each ended by CRLF, in one piece.</summary>
    public Task SendAsync(params string[] lines) => SendRawAsync(string.Concat(lines.Select(line => line + "\r\n")));

    public async Task SendRawAsync(string text)
    {
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), _stopping);
        await _stream.FlushAsync(_stopping);
    }

    /// <summary>A line without its CRLF; null at the end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        if (await ReadThroughAsync("\r\n"u8.ToArray()) is not { } line)
        {
            return null;
        }

        _commands.Enqueue(line[..^2]);
        return line[..^2];
    }

    /// <summary>Reads a line and fails the test unless it is this one.</summary>
    public async Task ExpectAsync(string line)
    {
        var actual = await ReadLineAsync();
        if (actual != line)
        {
            throw new InvalidOperationException($"expected \"{line}\", got \"{actual}\"");
        }
    }

    /// <summary>Everything through the final dot; null if the connection ends before it.</summary>
    public async Task<string?> ReadDataAsync()
    {
        var data = await ReadThroughAsync("\r\n.\r\n"u8.ToArray(), emptyMessage: true);
        if (data is not null)
        {
            _messages.Enqueue(data);
        }

        return data;
    }

    /// <summary>Reads what comes until the client closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }

        return Encoding.Latin1.GetString([.. _unread]);
    }

    public async Task StartTlsAsync(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        try
        {
            // The test looks at the certificate itself.
#pragma warning disable CA5359
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateSelectionCallback = (_, name) =>
                    {
                        ServerName = name;
                        return certificate;
                    },
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = (_, client, _, _) =>
                    {
                        ClientCertificate = client?.Subject;
                        return true;
                    },
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                _stopping);
#pragma warning restore CA5359
        }
        catch (AuthenticationException)
        {
            throw new IOException("the client ended the handshake");
        }
    }

    /// <summary>Ends the connection; with <paramref name="reset"/> by RST.</summary>
    public void Close(bool reset = false)
    {
        if (reset)
        {
            _socket.LingerState = new LingerOption(true, 0);
        }

        _stream.Dispose();
    }

    /// <summary>Waits until the test is over.</summary>
    public Task StaySilentAsync() => Task.Delay(Timeout.Infinite, _stopping);

    public void Dispose() => _stream.Dispose();

    private async Task<string?> ReadThroughAsync(byte[] end, bool emptyMessage = false)
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _unread]);
            var found = text.IndexOf(Encoding.Latin1.GetString(end), StringComparison.Ordinal);
            var length = emptyMessage && text.StartsWith(".\r\n", StringComparison.Ordinal) ? 3 : found < 0 ? -1 : found + end.Length;
            if (length >= 0)
            {
                _unread.RemoveRange(0, length);
                return text[..length];
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[256 * 1024];
        var count = await _stream.ReadAsync(buffer, _stopping);
        if (count > 0)
        {
            _reads.Enqueue(Encoding.Latin1.GetString(buffer, 0, count));
            _unread.AddRange(buffer.AsSpan(0, count));
        }

        return count > 0;
    }
}
