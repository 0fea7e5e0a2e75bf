using System.Net;
using System.Net.Sockets;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>A SOCKS 5 server on loopback that takes one connection and leads it where the client wants.</summary>
internal sealed class SocksServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;
    private readonly byte _method;
    private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(30));
    private readonly Task _service;

    /// <param name="answer">The code of the answer to CONNECT.</param>
    /// <param name="method">The way of authentication it wants.</param>
    public SocksServer(byte answer = 0, byte method = 0)
    {
        (_answer, _method) = ([5, answer, 0, 1, 127, 0, 0, 1, 0, 0], method);
        _listener.Start();
        _service = ServeAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Name and password as they were shown; empty without.</summary>
    public string Shown { get; private set; } = "";

    /// <summary>Where the client wanted to go; null before.</summary>
    public IPEndPoint? Destination { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await Record.ExceptionAsync(() => _service);
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        using var client = await _listener.AcceptSocketAsync(_end.Token);
        await using var stream = new NetworkStream(client);
        var greeting = await ReadAsync(stream, 3);
        await stream.WriteAsync(new byte[] { 5, greeting[2] == _method ? _method : (byte)0xFF }, _end.Token);
        if (_method == 2)
        {
            var name = await ReadAsync(stream, (await ReadAsync(stream, 2))[1]);
            var password = await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
            Shown = $"{System.Text.Encoding.ASCII.GetString(name)} {System.Text.Encoding.ASCII.GetString(password)}";
            await stream.WriteAsync(new byte[] { 1, Shown == "user secret" ? (byte)0 : (byte)1 }, _end.Token);
        }

        var request = await ReadAsync(stream, 10);
        Destination = new IPEndPoint(new IPAddress(request.AsSpan(4, 4)), (request[8] << 8) | request[9]);
        await stream.WriteAsync(_answer, _end.Token);
        if (_answer[1] == 0)
        {
            using var peer = new TcpClient();
            await peer.ConnectAsync(Destination, _end.Token);
            await Task.WhenAny(stream.CopyToAsync(peer.GetStream(), _end.Token), peer.GetStream().CopyToAsync(stream, _end.Token));
        }
    }

    private async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var octets = new byte[count];
        await stream.ReadExactlyAsync(octets, _end.Token);
        return octets;
    }
}
