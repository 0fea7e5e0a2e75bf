using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Connectors.Dns;

/// <summary>Asks one question over a TCP connection of its own (RFC 7766): what a truncated UDP answer calls for.</summary>
internal static class DnsTcpExchange
{
    /// <summary>Messages on the connection looked at for the answer.</summary>
    private const int MaxMessages = 4;

    public static async ValueTask<DnsExchange> AskAsync(
        IPEndPoint server, ushort id, DnsQuestion question, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server, either.Token);
            return await AskAsync(socket, new DnsPendingQuery(id, question, edns: true), either.Token);
        }
        catch (SocketException)
        {
            return new(DnsExchangeStatus.Unreachable);
        }
        catch (OperationCanceledException)
        {
            return new(cancellationToken.IsCancellationRequested ? DnsExchangeStatus.Closed : DnsExchangeStatus.TimedOut);
        }
    }

    private static async ValueTask<DnsExchange> AskAsync(Socket socket, DnsPendingQuery query, CancellationToken cancellationToken)
    {
        var framed = new byte[query.Query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Query.Length);
        query.Query.CopyTo(framed.AsMemory(2));
        for (var sent = 0; sent < framed.Length;)
        {
            sent += await socket.SendAsync(framed.AsMemory(sent), SocketFlags.None, cancellationToken);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ushort.MaxValue);
        try
        {
            for (var i = 0; i < MaxMessages; i++)
            {
                if (!await TryFillAsync(socket, buffer.AsMemory(0, 2), cancellationToken))
                {
                    return new(DnsExchangeStatus.Unreachable);
                }

                var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
                if (!await TryFillAsync(socket, buffer.AsMemory(0, length), cancellationToken))
                {
                    return new(DnsExchangeStatus.Malformed);
                }

                if (DnsMessageReader.Answers(buffer.AsSpan(0, length), query.Query.Span, query.QuestionLength))
                {
                    var response = DnsMessageReader.Read(buffer.AsSpan(0, length));
                    return response is { Truncated: true } ? new(DnsExchangeStatus.Malformed) : DnsExchange.Of(response);
                }
            }

            return new(DnsExchangeStatus.Malformed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<bool> TryFillAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var count = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }
}
