using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support.Dns;

/// <summary>A name server on a loopback port of its own, UDP and TCP, that answers as the test says and remembers what it was asked.</summary>
public sealed class FakeDnsServer : IAsyncDisposable
{
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly Func<FakeDnsQuery, IReadOnlyList<byte[]>> _answer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<FakeDnsQuery> _queries = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _running;

    private FakeDnsServer(Socket udp, Socket tcp, Func<FakeDnsQuery, IReadOnlyList<byte[]>> answer)
    {
        _udp = udp;
        _tcp = tcp;
        _answer = answer;
        EndPoint = (IPEndPoint)udp.LocalEndPoint!;
        _running = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Everything asked so far, in order of arrival.</summary>
    public IReadOnlyList<FakeDnsQuery> Queries => [.. _queries];

    /// <param name="answer">The messages to send back, none for silence. Over TCP an empty list closes the connection.</param>
    public static FakeDnsServer Start(Func<FakeDnsQuery, IReadOnlyList<byte[]>> answer)
    {
        for (var attempt = 0; ; attempt++)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen();
                return new FakeDnsServer(udp, tcp, answer);
            }
            catch (SocketException) when (attempt < 20)
            {
                // The kernel's choice for UDP was taken for TCP: draw again.
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    /// <summary>A server that gives one message for each query.</summary>
    public static FakeDnsServer Start(Func<FakeDnsQuery, FakeDnsMessage?> answer) =>
        Start(query => answer(query) is { } message ? [message.ToArray()] : Array.Empty<byte[]>());

    /// <summary>Waits until one more query than before has come.</summary>
    public async Task<FakeDnsQuery> NextQueryAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _arrived.WaitAsync(limit.Token);
        return _queries.Last();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _running;
        _stopping.Dispose();
        _arrived.Dispose();
    }

    private IReadOnlyList<byte[]> Handle(byte[] bytes, bool overTcp, IPEndPoint source)
    {
        var query = FakeDnsQuery.Parse(bytes, overTcp, source);
        _queries.Enqueue(query);
        var answer = _answer(query);
        _arrived.Release();
        return answer;
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                foreach (var message in Handle(buffer[..received.ReceivedBytes], overTcp: false, (IPEndPoint)received.RemoteEndPoint))
                {
                    await _udp.SendToAsync(message, SocketFlags.None, received.RemoteEndPoint, _stopping.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // An ICMP error of a client that went away, or the end.
            }
        }
    }

    private async Task ServeTcpAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var client = await _tcp.AcceptAsync(_stopping.Token);
                await ServeClientAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // As above.
            }
        }
    }

    private async Task ServeClientAsync(Socket client)
    {
        var frame = new byte[2];
        while (await TryFillAsync(client, frame))
        {
            var bytes = new byte[BinaryPrimitives.ReadUInt16BigEndian(frame)];
            if (!await TryFillAsync(client, bytes))
            {
                return;
            }

            var messages = Handle(bytes, overTcp: true, (IPEndPoint)client.RemoteEndPoint!);
            if (messages.Count == 0)
            {
                return;
            }

            foreach (var message in messages)
            {
                var length = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)message.Length);
                await client.SendAsync((byte[])[.. length, .. message], SocketFlags.None, _stopping.Token);
            }
        }
    }

    private async Task<bool> TryFillAsync(Socket client, byte[] buffer)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var count = await client.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _stopping.Token);
            if (count == 0)
            {
                return false;
            }

            filled += count;
        }

        return true;
    }
}
