using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>A way to a database that can be cut as a cable is: nothing passes any more, and nobody is told.</summary>
internal sealed class SeverableLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly List<Task> _pumps = [];
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private volatile bool _severed;

    public SeverableLink(string database)
    {
        var target = new NpgsqlConnectionStringBuilder(database);
        (_host, _port) = (target.Host!, target.Port);
        _listener.Start();
        target.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = target.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    public void Sever() => _severed = true;

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_pumps).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closed.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_closed.Token);
            _pumps.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(_host, _port, _closed.Token);
            await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.GetStream().ReadAsync(buffer, _closed.Token)) > 0)
        {
            if (_severed)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _closed.Token);
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _closed.Token);
        }

        if (_severed)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _closed.Token);
        }

        to.Client.Shutdown(SocketShutdown.Send);
    }
}
