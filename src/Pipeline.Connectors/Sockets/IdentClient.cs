using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Ident;

namespace Pipeline.Connectors.Sockets;

/// <summary>Asks ident servers over TCP, from the address that the client has connected to, as they demand.</summary>
/// <param name="port">Where they listen.</param>
public sealed class IdentClient(int port = IdentClient.Port) : IIdentClient
{
    /// <summary>The port of RFC 1413.</summary>
    public const int Port = 113;

    public async Task<string?> AskAsync(IPEndPoint client, IPEndPoint local, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(client.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(local.Address, 0));
            await socket.ConnectAsync(new IPEndPoint(client.Address, port), cancellationToken);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{client.Port} , {local.Port}\r\n")), cancellationToken);
            return IdentReply.Read(await SocketConnection.ReadAsync(stream, IdentReply.MaxBytes, (byte)'\n', cancellationToken), client.Port, local.Port);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            // Most hosts have no such server, and are none the worse for it.
            return null;
        }
    }
}
