using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support.Scanning;

/// <summary>A loopback port that refuses connections for as long as this exists, since nobody else can have it.</summary>
public sealed class ClosedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>The item of spamd_address that leads here.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {Port}");

    /// <summary>From now on connections are taken.</summary>
    public Task<Socket> OpenAsync()
    {
        _socket.Listen();
        return _socket.AcceptAsync();
    }

    public void Dispose() => _socket.Dispose();
}
