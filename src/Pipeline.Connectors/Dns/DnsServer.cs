using System.Net;
using System.Security.Cryptography;

namespace Pipeline.Connectors.Dns;

/// <summary>A recursive resolver: its sockets, and whether it has been answering.</summary>
internal sealed class DnsServer(IPEndPoint endPoint, bool trusted, DnsOptions options, TimeProvider timeProvider) : IDisposable
{
    /// <summary>Attempts without an answer after which a server goes to the end of the line.</summary>
    private const int SuspectAfterMisses = 3;

    private static readonly TimeSpan SuspectTime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly DnsUdpChannel?[] _channels = new DnsUdpChannel?[options.SocketsPerServer];
    private uint _next;
    private int _misses;
    private long _lastMiss;
    private bool _disposed;

    public IPEndPoint EndPoint => endPoint;

    /// <summary>The AD bit of its answers counts.</summary>
    public bool Trusted => trusted;

    /// <summary>It has not been answering of late.</summary>
    public bool IsSuspect =>
        Volatile.Read(ref _misses) >= SuspectAfterMisses && timeProvider.GetElapsedTime(Volatile.Read(ref _lastMiss)) < SuspectTime;

    /// <summary>Asks once over UDP, and over TCP if the answer does not fit.</summary>
    public async ValueTask<DnsExchange> AskAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        var exchange = await AskOverUdpAsync(question, edns: true);
        if (exchange.Response is { Code: DnsResponseCode.FormatError or DnsResponseCode.NotImplemented or DnsResponseCode.BadVersion })
        {
            exchange = await AskOverUdpAsync(question, edns: false);
        }

        if (exchange.Response is { Truncated: true })
        {
            var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
            exchange = await DnsTcpExchange.AskAsync(endPoint, id, question, options.TcpTimeout, timeProvider, cancellationToken);
        }

        Note(exchange.Status);
        return exchange;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var channel in _channels)
            {
                channel?.Close();
            }

            Array.Clear(_channels);
        }
    }

    private async ValueTask<DnsExchange> AskOverUdpAsync(DnsQuestion question, bool edns)
    {
        var channel = NextChannel(out var closed);
        return channel is null
            ? new(closed ? DnsExchangeStatus.Closed : DnsExchangeStatus.Unreachable)
            : await channel.AskAsync(question, edns, options.Timeout);
    }

    private DnsUdpChannel? NextChannel(out bool closed)
    {
        lock (_gate)
        {
            closed = _disposed;
            if (closed)
            {
                return null;
            }

            ref var channel = ref _channels[_next++ % (uint)_channels.Length];
            if (channel?.IsSpent(options.SocketMaxQueries, options.SocketMaxAge) == true)
            {
                channel.Retire();
                channel = null;
            }

            channel ??= DnsUdpChannel.Open(endPoint, timeProvider);
            channel?.Enter();
            return channel;
        }
    }

    private void Note(DnsExchangeStatus status)
    {
        if (status is DnsExchangeStatus.Answered)
        {
            Volatile.Write(ref _misses, 0);
        }
        else if (status is DnsExchangeStatus.TimedOut or DnsExchangeStatus.Unreachable)
        {
            Volatile.Write(ref _lastMiss, timeProvider.GetTimestamp());
            Interlocked.Increment(ref _misses);
        }
    }
}
