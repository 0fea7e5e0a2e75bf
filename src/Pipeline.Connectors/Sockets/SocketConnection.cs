using System.Net;
using System.Net.Sockets;

namespace Pipeline.Connectors.Sockets;

/// <summary>Connections to servers of the operator, scanners and databases, over IP or a Unix socket.</summary>
internal static class SocketConnection
{
    /// <summary>Longer than any network needs that such a server should be asked over: what is left of the time is for the next server.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <param name="host">A name, an IP address, or the absolute path of a Unix socket.</param>
    /// <returns>A socket, or why there is none.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<(Socket? Socket, string Problem)> OpenAsync(string host, int port, TimeSpan bound, TimeProvider time, CancellationToken cancellationToken)
    {
        var isUnix = host.StartsWith('/');
        EndPoint address = isUnix ? new UnixDomainSocketEndPoint(host) : IPAddress.TryParse(host, out var literal) ? new IPEndPoint(literal, port) : new DnsEndPoint(host, port);
        using var deadline = new CancellationTokenSource(bound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return (socket, "");
        }
        catch (SocketException error)
        {
            socket.Dispose();
            return (null, error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            return (null, $"no connection within {bound.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What a scanner says: up to the end of the connection, an octet that ends its answers, or as much as one can have.</summary>
    /// <param name="end">Null when only the end of the connection ends them.</param>
    public static async Task<byte[]> ReadAsync(Stream stream, int limit, byte? end, CancellationToken cancellationToken)
    {
        var buffer = new byte[limit];
        var length = 0;
        while (length < buffer.Length && !(end is { } octet && buffer.AsSpan(0, length).Contains(octet)))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return buffer[..length];
    }
}
