using System.Net;
using System.Net.Sockets;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>A link to a server that can lose answers: the server has done what it was asked, and nobody hears of it.</summary>
internal sealed class LossyLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _server;
    private readonly Task _accepting;
    private int _answersToLose;

    public LossyLink(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends as many connections as given, each at the moment at which the server answers; then the link is whole.</summary>
    public int AnswersToLose
    {
        get => Volatile.Read(ref _answersToLose);
        set => Volatile.Write(ref _answersToLose, value);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
            near.NoDelay = far.NoDelay = true;
            var asking = near.GetStream().CopyToAsync(far.GetStream(), _stop.Token);
            var answering = AnswerAsync(far.GetStream(), near.GetStream());
            await Task.WhenAny(asking, answering);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[64 * 1024];
        var isWork = false;
        for (int count; (count = await server.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            // What the server says to a greeting passes: the answer to lose is one to work.
            if (isWork && IsToBeLost())
            {
                return;
            }

            await client.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            isWork = true;
        }
    }

    private bool IsToBeLost()
    {
        for (var left = AnswersToLose; left > 0; left = AnswersToLose)
        {
            if (Interlocked.CompareExchange(ref _answersToLose, left - 1, left) == left)
            {
                return true;
            }
        }

        return false;
    }
}
