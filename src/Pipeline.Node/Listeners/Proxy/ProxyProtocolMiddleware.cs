using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Pipeline.Actors.Receipt;

namespace Pipeline.Node.Listeners.Proxy;

/// <summary>Connection middleware: takes the PROXY header off connections that come from a proxy (of node.json, or of the policy's hosts_proxy), and puts the client's address in the proxy's place.</summary>
/// <remarks>Runs before TLS, as the header is in plain text also on ports with implicit TLS. Octets behind the header stay for the session.</remarks>
internal sealed class ProxyProtocolMiddleware(
    ConnectionDelegate next, ImmutableArray<IPNetwork> proxies, IReceiptService service, TimeSpan timeout, TimeProvider time, ILogger log)
{
    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is IPEndPoint peer && (IsProxy(peer.Address) || await service.IsProxyAsync(peer.Address, connection.ConnectionClosed)))
        {
            ProxyHeader? header = await ReadHeaderAsync(connection);
            if (header is null)
            {
                ListenerLog.ProxyHeaderMissing(log, peer.Address);
                connection.Abort(new ConnectionAbortedException("no PROXY header"));
                return;
            }

            // A proxy that speaks for itself (a check of its own) brings no client.
            if (header.Value.Source is not null)
            {
                connection.Features.Set(new ProxySession(peer, header.Value.Destination));
            }

            connection.RemoteEndPoint = header.Value.Source ?? connection.RemoteEndPoint;
            connection.LocalEndPoint = header.Value.Destination ?? connection.LocalEndPoint;
        }

        await next(connection);
    }

    private bool IsProxy(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (IPNetwork network in proxies)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<ProxyHeader?> ReadHeaderAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        PipeReader input = connection.Transport.Input;
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(deadline.Token);
                OperationStatus status = Parse(result.Buffer, out ProxyHeader header, out int consumed);
                if (status == OperationStatus.Done)
                {
                    input.AdvanceTo(result.Buffer.GetPosition(consumed));
                    return header;
                }

                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (status == OperationStatus.InvalidData || result.IsCompleted)
                {
                    return null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static OperationStatus Parse(ReadOnlySequence<byte> buffer, out ProxyHeader header, out int consumed)
    {
        ReadOnlySequence<byte> window = buffer.Slice(0, Math.Min(buffer.Length, ProxyHeaderParser.MaxLength));
        return ProxyHeaderParser.Parse(window.IsSingleSegment ? window.FirstSpan : window.ToArray(), out header, out consumed);
    }
}
