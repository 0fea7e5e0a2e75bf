using System.Net;
using System.Net.Sockets;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>The way from one node to the database, which can be cut.</summary>
/// <remarks>
/// A cut link neither delivers nor closes anything, as a network that loses every packet; what was sent meanwhile arrives once it is mended,
/// as TCP would repeat it.
/// </remarks>
internal sealed class Link : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _target;
    private volatile TaskCompletionSource _open = Opened();

    public Link(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _open.TrySetResult();

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stopping.Token), _stopping.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private async Task RelayAsync(TcpClient node, CancellationToken stopping)
    {
        using var near = node;
        using var far = new TcpClient();
        try
        {
            near.NoDelay = far.NoDelay = true;
            await _open.Task.WaitAsync(stopping);
            await far.ConnectAsync(IPAddress.Loopback, _target, stopping);
            await Task.WhenAny(PumpAsync(near, far, stopping), PumpAsync(far, near, stopping));
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            // Closing both ends tells them.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, CancellationToken stopping)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            do
            {
                read = await from.GetStream().ReadAsync(buffer, stopping);
                await _open.Task.WaitAsync(stopping);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), stopping);
            }
            while (read > 0);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // As an end of the stream.
        }
    }
}
