using System.Net;
using System.Net.Sockets;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Smtp;

/// <summary>Makes connections to peers, straight or through the first SOCKS proxy that makes one.</summary>
internal sealed class SmtpConnector(TimeProvider timeProvider, Random random)
{
    /// <returns>A socket, which is the caller's; or why there is none.</returns>
    public async ValueTask<(Socket? Socket, DeliveryFailure? Failure)> ConnectAsync(
        SmtpTransportSettings settings, SmtpConnectionKey key, SmtpPeer peer, CancellationToken cancellationToken)
    {
        var endPoint = key.EndPoint ?? throw new ArgumentException("a peer that is not reached over IP is not connected to here", nameof(key));
        using var deadline = new CancellationTokenSource(settings.ConnectTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        if (settings.SocksProxy.IsEmpty)
        {
            return await ConnectAsync(endPoint, null, key, peer, either.Token, cancellationToken);
        }

        // The time of the connection is for all proxies together; each has its own besides.
        (Socket? Socket, DeliveryFailure? Failure) connected = default;
        foreach (var proxy in WeightedOrder.Of(settings.SocksProxy, static proxy => proxy.Priority, static proxy => proxy.Weight, random.NextInt64))
        {
            using var own = new CancellationTokenSource(proxy.Timeout, timeProvider);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(own.Token, either.Token);
            connected = await ConnectAsync(endPoint, proxy, key, peer, any.Token, cancellationToken);
            if (connected.Socket is not null || either.IsCancellationRequested)
            {
                break;
            }
        }

        return connected;
    }

    /// <param name="proxy">Null for a connection without one.</param>
    /// <param name="deadline">Cancelled when the time is over, or this side gives up.</param>
    /// <param name="cancellationToken">Cancelled when this side gives up.</param>
    private static async ValueTask<(Socket? Socket, DeliveryFailure? Failure)> ConnectAsync(
        IPEndPoint endPoint, SocksProxy? proxy, SmtpConnectionKey key, SmtpPeer peer, CancellationToken deadline, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        DeliveryFailure failure;
        try
        {
            var first = proxy?.Address ?? endPoint;
            socket = new Socket(first.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (key.Interface is { } local && local.AddressFamily == first.AddressFamily)
            {
                socket.Bind(new IPEndPoint(local, 0));
            }

            await socket.ConnectAsync(first, deadline);
            var refusal = proxy is null ? null : await SocksTunnel.OpenAsync(socket, proxy, endPoint, deadline);
            if (refusal is null)
            {
                peer.Proxy = proxy?.Address.Address;
                Crash.At(CrashPoint.DeliverSmtpConnected);
                return (socket, null);
            }

            failure = peer.Failure(FailureClass.ConnectionRefused, $"SOCKS proxy [{proxy!.Address.Address}]: {refusal}", hostWide: true);
        }
        catch (SocketException e)
        {
            failure = Describe(e, peer);
        }
        catch (OperationCanceledException)
        {
            failure = cancellationToken.IsCancellationRequested
                ? peer.Silence(SmtpIoStatus.Cancelled, SmtpPeer.InitialConnection)
                : peer.Failure(FailureClass.ConnectionTimeout, "Connection timed out", hostWide: true);
        }

        socket?.Dispose();
        return (null, failure);
    }

    private static DeliveryFailure Describe(SocketException e, SmtpPeer peer) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => peer.Failure(FailureClass.ConnectionRefused, "Connection refused", hostWide: true),
        SocketError.TimedOut => peer.Failure(FailureClass.ConnectionTimeout, "Connection timed out", hostWide: true),
        SocketError.HostUnreachable => peer.Failure(FailureClass.ConnectionTimeout, "No route to host", hostWide: true),
        SocketError.NetworkUnreachable => peer.Failure(FailureClass.ConnectionTimeout, "Network is unreachable", hostWide: true),
        SocketError.ConnectionReset => peer.Failure(FailureClass.LostConnection, "Connection reset by peer", hostWide: true),
        _ => peer.Failure(FailureClass.Local, "Connection failed", detail: $"{e.SocketErrorCode}: {e.Message}", hostWide: true),
    };
}
