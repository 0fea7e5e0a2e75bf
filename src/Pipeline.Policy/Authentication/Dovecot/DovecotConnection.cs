using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication.Dovecot;

/// <summary>A connection to Dovecot's authentication server, whose greeting has been read (doc.dovecot.org, "Authentication Protocol"). One request.</summary>
internal sealed class DovecotConnection : IDisposable
{
    /// <summary>The number of the only request.</summary>
    public const int Request = 1;

    private const int MaxGreetingLines = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _mechanisms = new(StringComparer.OrdinalIgnoreCase);

    private PipeReader? _input;

    private DovecotConnection(Socket socket, TimeProvider time) => (_socket, _time) = (socket, time);

    /// <param name="address">The absolute path of a Unix socket, or <c>host:port</c>.</param>
    /// <exception cref="IOException">It cannot be reached, or does not speak the protocol; the message is for the log.</exception>
    public static async Task<DovecotConnection> OpenAsync(string address, TimeProvider time, CancellationToken cancellationToken)
    {
        if (EndPointOf(address) is not { } endPoint)
        {
            throw new IOException($"dovecot: \"{address}\" is neither the path of a socket nor host:port");
        }

        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        var connection = new DovecotConnection(socket, time);
        try
        {
            await connection.InTimeAsync(
                async token =>
                {
                    await socket.ConnectAsync(endPoint, token);
                    await connection.GreetAsync(token);
                    return true;
                },
                cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public bool Offers(string mechanism) => _mechanisms.Contains(mechanism);

    /// <summary>Says a line and waits for what is said about the request.</summary>
    /// <param name="line">Without its LF.</param>
    /// <exception cref="IOException">The connection broke, or the answer cannot be read.</exception>
    public Task<DovecotLine> AskAsync(string line, CancellationToken cancellationToken) => InTimeAsync(
        async token =>
        {
            await SendAsync(line, token);
            for (var i = 0; i < MaxGreetingLines; i++)
            {
                if (await ReadAsync(token) is { Word: "OK" or "CONT" or "FAIL" } answer && answer.IsAbout(Request))
                {
                    return answer;
                }
            }

            throw new IOException("dovecot: authentication protocol error: no answer to the request");
        },
        cancellationToken);

    public void Dispose() => _socket.Dispose();

    private static EndPoint? EndPointOf(string address)
    {
        if (address.StartsWith('/'))
        {
            return FilePath.Refuse(address) is null ? new UnixDomainSocketEndPoint(OctetString.ToText(address)) : null;
        }

        var colon = address.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? IPAddress.TryParse(address[..colon].Trim('[', ']'), out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(address[..colon], port)
            : null;
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $"VERSION\t1\t0\nCPID\t{Environment.ProcessId}"), cancellationToken);
        for (var i = 0; i < MaxGreetingLines; i++)
        {
            var line = await ReadAsync(cancellationToken);
            switch (line)
            {
                case { Word: "VERSION", Parameters: [not "1", ..] }:
                    throw new IOException($"dovecot: authentication protocol version {line.Parameters[0]} is not known");
                case { Word: "MECH", Parameters: [var mechanism, ..] }:
                    _mechanisms.Add(mechanism);
                    break;
                case { Word: "DONE" }:
                    return;
            }
        }

        throw new IOException("dovecot: authentication protocol error: the greeting does not end");
    }

    private async Task SendAsync(string line, CancellationToken cancellationToken)
    {
        var octets = OctetString.ToBytes(line + "\n");
        for (var sent = 0; sent < octets.Length;)
        {
            sent += await _socket.SendAsync(octets.AsMemory(sent), cancellationToken);
        }
    }

    private async Task<DovecotLine> ReadAsync(CancellationToken cancellationToken)
    {
        _input ??= PipeReader.Create(new NetworkStream(_socket, ownsSocket: false));
        while (true)
        {
            var read = await _input.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = DovecotLine.Parse(read.Buffer.Slice(0, end).ToArray());
                _input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted || read.Buffer.Length > DovecotLine.MaxBytes)
            {
                throw new IOException(read.IsCompleted ? "dovecot: the connection was closed" : "dovecot: authentication protocol error: a line is too long");
            }

            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await work(either.Token);
        }
        catch (Exception error) when (error is SocketException || error.InnerException is SocketException)
        {
            throw new IOException($"dovecot: authentication socket connection error: {(error.InnerException ?? error).Message}", error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"dovecot: no answer within {Patience.TotalSeconds:0} s");
        }
    }
}
