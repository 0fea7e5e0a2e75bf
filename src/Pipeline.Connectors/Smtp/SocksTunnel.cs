using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Smtp;

/// <summary>Connects through a SOCKS 5 server (RFC 1928), with a password (RFC 1929) when it wants one.</summary>
internal static class SocksTunnel
{
    private const byte Version = 5;
    private const byte NoAuthentication = 0;
    private const byte ByPassword = 2;

    /// <summary>Has the proxy at the other end of a socket connect to a destination.</summary>
    /// <returns>Null when the socket now leads there; else what the proxy said.</returns>
    /// <exception cref="SocketException">The connection to the proxy was lost.</exception>
    public static async ValueTask<string?> OpenAsync(Socket socket, SocksProxy proxy, IPEndPoint destination, CancellationToken cancellationToken)
    {
        var method = proxy.Authenticates ? ByPassword : NoAuthentication;
        await SendAsync(socket, [Version, 1, method], cancellationToken);
        var chosen = new byte[2];
        await ReceiveAsync(socket, chosen, cancellationToken);
        if (chosen[0] != Version || chosen[1] != method)
        {
            return "the proxy does not take this way of authentication";
        }

        if (proxy.Authenticates)
        {
            var (name, password) = (Encoding.Latin1.GetBytes(proxy.Name), Encoding.Latin1.GetBytes(proxy.Password));
            await SendAsync(socket, [1, (byte)name.Length, .. name, (byte)password.Length, .. password], cancellationToken);
            var verdict = new byte[2];
            await ReceiveAsync(socket, verdict, cancellationToken);
            if (verdict[1] != 0)
            {
                return "the proxy does not believe name and password";
            }
        }

        var address = destination.Address.GetAddressBytes();
        await SendAsync(
            socket, [Version, 1, 0, (byte)(address.Length == 4 ? 1 : 4), .. address, (byte)(destination.Port >> 8), (byte)destination.Port], cancellationToken);
        return await ReadReplyAsync(socket, cancellationToken);
    }

    private static async ValueTask<string?> ReadReplyAsync(Socket socket, CancellationToken cancellationToken)
    {
        var reply = new byte[SocksReply.MaxLength];
        var length = 0;
        OperationStatus status;
        byte code;
        while ((status = SocksReply.Parse(reply.AsSpan(0, length), out code, out var needed)) == OperationStatus.NeedMoreData)
        {
            // Not one more: what follows is the greeting of the server behind.
            await ReceiveAsync(socket, reply.AsMemory(length, needed), cancellationToken);
            length += needed;
        }

        return status == OperationStatus.InvalidData ? "the proxy does not speak SOCKS 5" : code == 0 ? null : $"the proxy says: {SocksReply.Meaning(code)}";
    }

    private static async ValueTask SendAsync(Socket socket, byte[] octets, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < octets.Length;)
        {
            sent += await socket.SendAsync(octets.AsMemory(sent), cancellationToken);
        }
    }

    private static async ValueTask ReceiveAsync(Socket socket, Memory<byte> octets, CancellationToken cancellationToken)
    {
        while (!octets.IsEmpty)
        {
            var received = await socket.ReceiveAsync(octets, cancellationToken);
            if (received == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            octets = octets[received..];
        }
    }
}
