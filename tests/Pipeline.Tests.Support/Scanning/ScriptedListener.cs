using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support.Scanning;

/// <summary>Takes connections until it is disposed, and has each served beside the others.</summary>
internal sealed class ScriptedListener : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<NetworkStream, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <param name="endPoint">On loopback, with port 0 for a free one; or a Unix socket.</param>
    /// <param name="serve">Until the token says that the test is over. Its connection closes behind it.</param>
    public ScriptedListener(EndPoint endPoint, Func<NetworkStream, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener = new Socket(
            endPoint.AddressFamily, SocketType.Stream, endPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listener.Bind(endPoint);
        _listener.Listen(512);
        _running = AcceptAsync();
    }

    /// <summary>Zero for a Unix socket.</summary>
    public int Port => (_listener.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _running;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var conversations = new List<Task>();
        try
        {
            while (true)
            {
                conversations.Add(ServeAsync(await _listener.AcceptAsync(_stopping.Token)));
                conversations.RemoveAll(conversation => conversation.IsCompletedSuccessfully);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await _serve(stream, _stopping.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }
}
