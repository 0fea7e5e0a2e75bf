using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support;

public static class Loopback
{
    /// <summary>An endpoint that is free now, for a program that is told where to listen.</summary>
    public static IPEndPoint FreeEndpoint()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }
}
