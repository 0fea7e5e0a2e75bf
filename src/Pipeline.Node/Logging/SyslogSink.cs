using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Node.Logging;

/// <summary>The system's log: each line is a datagram to its socket, in the form that syslog(3) writes.</summary>
/// <param name="path">The socket; /dev/log everywhere but in tests.</param>
/// <param name="severity">Of RFC 5424 section 6.2.1: 6 for the main log, 5 for refusals, 1 for what must be seen to.</param>
internal sealed class SyslogSink(string path, SyslogOptions options, int severity, TimeProvider time) : ILogSink
{
    public const string SystemSocket = "/dev/log";

    /// <summary>Octets of a datagram; what is longer is cut, as syslog daemons would.</summary>
    private const int MaxBytes = 8 * 1024;

    public void Write(string lines)
    {
        if (lines.Length == 0)
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var octets = Encoding.UTF8.GetBytes(Frame(line));
                socket.Send(octets.AsSpan(0, Math.Min(octets.Length, MaxBytes)));
            }
        }
        catch (SocketException error)
        {
            throw new IOException($"{path}: {error.Message}", error);
        }
    }

    private string Frame(string line)
    {
        var process = options.WithProcessId ? string.Create(CultureInfo.InvariantCulture, $"[{Environment.ProcessId}]") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<{(options.Facility * 8) + severity}>{time.GetLocalNow():MMM dd HH:mm:ss} {options.ProcessName}{process}: {(options.WithTime ? line : WithoutTime(line))}");
    }

    /// <summary>A line without its own date and time, which are the first two words.</summary>
    private static string WithoutTime(string line) => line.IndexOf(' ', StringComparison.Ordinal) is var date and > 0 && line.IndexOf(' ', date + 1) is var end and > 0
        ? line[(end + 1)..]
        : line;
}
