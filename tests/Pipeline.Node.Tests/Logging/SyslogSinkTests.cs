using System.Net.Sockets;
using System.Text;
using Pipeline.Node.Logging;

namespace Pipeline.Node.Tests.Logging;

public sealed class SyslogSinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mp-syslog-").FullName;
    private readonly Socket _daemon = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public void Dispose()
    {
        _daemon.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true, true, 6, "^<22>[A-Z][a-z]{2} \\d\\d \\d\\d:\\d\\d:\\d\\d exim\\[\\d+\\]: 2030-01-02 12:00:00 one$")]
    [InlineData(false, false, 1, "^<17>[A-Z][a-z]{2} \\d\\d \\d\\d:\\d\\d:\\d\\d exim: one$")]
    public void Each_line_is_a_datagram(bool withTime, bool withProcess, int severity, string pattern)
    {
        _daemon.Bind(new UnixDomainSocketEndPoint(Socket()));
        Sink(new SyslogOptions(2, "exim", withTime, withProcess, Duplicates: true), severity).Write("2030-01-02 12:00:00 one\n2030-01-02 12:00:00 two\n");
        Assert.Matches(pattern, Receive());
        Assert.EndsWith("two", Receive(), StringComparison.Ordinal);
    }

    [Fact]
    public void Daemon_that_is_not_there_is_a_log_that_cannot_be_written() =>
        Assert.Throws<IOException>(() => Sink(new SyslogOptions(2, "exim", true, true, true), 6).Write("line\n"));

    private string Socket() => Path.Combine(_folder, "log");

    private SyslogSink Sink(SyslogOptions options, int severity) => new(Socket(), options, severity, TimeProvider.System);

    private string Receive()
    {
        var buffer = new byte[1_000];
        return Encoding.UTF8.GetString(buffer, 0, _daemon.Receive(buffer));
    }
}
