using System.Net.Sockets;
using System.Text;

namespace Pipeline.Node.Hosting.Systemd;

/// <summary>Tells the service manager how the node is: the protocol of sd_notify(3), datagrams of <c>NAME=value</c> lines to a Unix socket.</summary>
/// <remarks>Saying nothing is always right: without a manager, or when it cannot be reached, every call does nothing.</remarks>
internal sealed class SystemdNotifier : IDisposable
{
    public const string SocketVariable = "NOTIFY_SOCKET";

    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _manager;

    /// <param name="address">The value of NOTIFY_SOCKET: a path, or a name in the abstract namespace behind an <c>@</c>. Null or anything else: nobody listens.</param>
    public SystemdNotifier(string? address)
    {
        if (address is ['/' or '@', _, ..])
        {
            _manager = new UnixDomainSocketEndPoint(address[0] == '@' ? $"\0{address[1..]}" : address);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        }
    }

    /// <summary>Whether a service manager has asked to be told.</summary>
    public bool IsListenedTo => _socket is not null;

    public static SystemdNotifier FromEnvironment() => new(Environment.GetEnvironmentVariable(SocketVariable));

    /// <summary>The node takes mail.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={Line(status)}");

    /// <summary>The node has begun to stop and needs up to this long.</summary>
    public void Stopping(string status, TimeSpan upTo) =>
        Send($"STOPPING=1\nSTATUS={Line(status)}\nEXTEND_TIMEOUT_USEC={(long)upTo.TotalMicroseconds}");

    /// <summary>The node is alive: a sign that has to come within WatchdogSec.</summary>
    public void Alive() => Send("WATCHDOG=1");

    public void Status(string status) => Send($"STATUS={Line(status)}");

    public void Dispose() => _socket?.Dispose();

    /// <summary>A value ends with its line.</summary>
    private static string Line(string text) => text.ReplaceLineEndings(" ");

    private void Send(string state)
    {
        if (_socket is null)
        {
            return;
        }

        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), _manager!);
        }
        catch (SocketException)
        {
            // The manager is restarting or gone. It judges by what comes later; a node must not fail for its manager.
        }
    }
}
