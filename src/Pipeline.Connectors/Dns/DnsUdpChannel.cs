using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Pipeline.Connectors.Dns;

/// <summary>One connected UDP socket to one server, with the questions that are out on it.</summary>
/// <remarks>
/// Connected, so that the kernel drops what comes from elsewhere and reports refusals. Retired after a number of questions or some time;
/// then it lives until its last question has been answered or has timed out.
/// </remarks>
internal sealed class DnsUdpChannel
{
    /// <summary>Answers may be larger than asked for; beyond this they count as garbage.</summary>
    private const int ReceiveBufferSize = 4096;

    /// <summary>Errors in a row that a socket may report before it is given up.</summary>
    private const int MaxReceiveErrors = 16;

    private const int MaxIdDraws = 32;

    private readonly Socket _socket;
    private readonly TimeProvider _timeProvider;
    private readonly long _openedAt;
    private readonly ConcurrentDictionary<ushort, DnsPendingQuery> _pending = new();
    private int _asked;
    private int _users;
    private int _retired;
    private int _disposed;

    private DnsUdpChannel(Socket socket, TimeProvider timeProvider)
    {
        _socket = socket;
        _timeProvider = timeProvider;
        _openedAt = timeProvider.GetTimestamp();
    }

    /// <returns>Null if no socket can be had, or there is no way to the server.</returns>
    public static DnsUdpChannel? Open(IPEndPoint server, TimeProvider timeProvider)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server);
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }

        var channel = new DnsUdpChannel(socket, timeProvider);
        _ = channel.ReceiveAsync();
        return channel;
    }

    public bool IsSpent(int maxQueries, TimeSpan maxAge) =>
        Volatile.Read(ref _asked) >= maxQueries || Volatile.Read(ref _disposed) != 0 || _timeProvider.GetElapsedTime(_openedAt) >= maxAge;

    /// <summary>Announces one <see cref="AskAsync"/>, so that the socket stays open for it. Not to be called once retired.</summary>
    public void Enter()
    {
        Interlocked.Increment(ref _asked);
        Interlocked.Increment(ref _users);
    }

    /// <summary>Asks once; <see cref="Enter"/> came before.</summary>
    public async ValueTask<DnsExchange> AskAsync(DnsQuestion question, bool edns, TimeSpan timeout)
    {
        var pending = Register(question, edns);
        var exchange = pending is null ? new(DnsExchangeStatus.Unreachable) : await AskAsync(pending, timeout);
        Interlocked.Decrement(ref _users);
        DisposeWhenIdle();
        return exchange;
    }

    /// <summary>No new question comes this way; the socket closes once it is idle.</summary>
    public void Retire()
    {
        Interlocked.Exchange(ref _retired, 1);
        DisposeWhenIdle();
    }

    /// <summary>Closes at once; open questions end as <see cref="DnsExchangeStatus.Closed"/>.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _retired, 1);
        Dispose();
        CompleteAll(new(DnsExchangeStatus.Closed));
    }

    private async ValueTask<DnsExchange> AskAsync(DnsPendingQuery pending, TimeSpan timeout)
    {
        using var timer = _timeProvider.CreateTimer(
            static state => ((DnsPendingQuery)state!).Complete(new(DnsExchangeStatus.TimedOut)), pending, timeout, Timeout.InfiniteTimeSpan);
        try
        {
            await _socket.SendAsync(pending.Query, SocketFlags.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            pending.Complete(new(DnsExchangeStatus.Unreachable));
        }

        var exchange = await pending.Task;
        _pending.TryRemove(pending.Id, out _);
        return exchange;
    }

    private DnsPendingQuery? Register(DnsQuestion question, bool edns)
    {
        for (var draw = 0; draw < MaxIdDraws; draw++)
        {
            var pending = new DnsPendingQuery((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), question, edns);
            if (_pending.TryAdd(pending.Id, pending))
            {
                return pending;
            }
        }

        return null;
    }

    private async Task ReceiveAsync()
    {
        var buffer = GC.AllocateUninitializedArray<byte>(ReceiveBufferSize);
        var errors = 0;
        while (errors < MaxReceiveErrors && Volatile.Read(ref _disposed) == 0)
        {
            try
            {
                var length = await _socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
                errors = 0;
                Dispatch(buffer.AsSpan(0, length));
            }
            catch (SocketException)
            {
                // An ICMP error: it does not say for which question, and the others would meet the same.
                errors++;
                CompleteAll(new(DnsExchangeStatus.Unreachable));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }

        Retire();
        Dispose();
        CompleteAll(new(DnsExchangeStatus.Unreachable));
    }

    private void Dispatch(ReadOnlySpan<byte> message)
    {
        if (_pending.TryGetValue(DnsMessageReader.ReadId(message), out var pending)
            && DnsMessageReader.Answers(message, pending.Query.Span, pending.QuestionLength))
        {
            pending.Complete(DnsExchange.Of(DnsMessageReader.Read(message)));
        }
    }

    private void CompleteAll(DnsExchange exchange)
    {
        foreach (var (_, pending) in _pending)
        {
            pending.Complete(exchange);
        }
    }

    private void DisposeWhenIdle()
    {
        if (Volatile.Read(ref _retired) != 0 && Volatile.Read(ref _users) == 0)
        {
            Dispose();
        }
    }

    private void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _socket.Dispose();
        }
    }
}
