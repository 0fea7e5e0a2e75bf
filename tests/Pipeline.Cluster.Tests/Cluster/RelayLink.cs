using System.Net;
using System.Net.Sockets;
using Pipeline.Tests.Support;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Where there are no network namespaces: a relay between one node and the database, which is all that it can cut.</summary>
/// <remarks>
/// A cut relay neither delivers nor closes anything, as a network that loses every packet; what was sent meanwhile arrives once it is mended,
/// as TCP would repeat it.
/// </remarks>
internal sealed class RelayLink : Link
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly IPEndPoint _target;
    private volatile TaskCompletionSource _open = Opened();

    public RelayLink(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public override IPEndPoint Endpoint { get; } = Loopback.FreeEndpoint();

    public override IPEndPoint Database => (IPEndPoint)_listener.LocalEndpoint;

    public override Task CutAsync(CancellationToken cancellationToken)
    {
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Task.CompletedTask;
    }

    public override Task MendAsync(CancellationToken cancellationToken)
    {
        _open.TrySetResult();
        return Task.CompletedTask;
    }

    public override void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
        _stopping.Dispose();
        base.Dispose();
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
            await far.ConnectAsync(_target, stopping);
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
