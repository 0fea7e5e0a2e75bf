using Pipeline.Policy.Configuration;
using Pipeline.Policy.Scanning;
using Pipeline.Policy.Tests.Configuration;

namespace Pipeline.Policy.Tests.Scanning;

public sealed class SpamdServerListTests
{
    [Theory]
    [InlineData("127.0.0.1 783", "127.0.0.1 783")]
    [InlineData(" 192.168.2.10 783 : scan.example  783-785 ", "192.168.2.10 783,scan.example 783-785")]
    [InlineData("<; ::1 783 ; /run/spamd.sock", "::1 783,/run/spamd.sock")]
    [InlineData("::::1 783", "::1 783")]
    [InlineData("a 9-7 pri=2", "a 9-7")]
    [InlineData("<; <,a,783,tmo=5s", "a 783")]
    public void Servers_are_read(string list, string expected)
    {
        var servers = SpamdServerList.Parse(list, out var problem);
        Assert.Equal("", problem);
        Assert.Equal(expected, string.Join(',', servers));
    }

    [Fact]
    public void Options_are_read()
    {
        var server = Assert.Single(SpamdServerList.Parse("h 1 pri=3 weight=7 time=8.30-17.00.01 retry=10s tmo=1m30s", out _));
        Assert.Equal((3, 7, new TimeSpan(8, 30, 0), new TimeSpan(17, 0, 1)), (server.Priority, server.Weight, server.From, server.Until));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(90)), (server.Retry, server.Timeout));
        Assert.Equal(SpamdVariant.Rspamd, Assert.Single(SpamdServerList.Parse("h 11333 variant=rspamd tmo=5s", out _)).Variant);
        var plain = Assert.Single(SpamdServerList.Parse("h 1", out _));
        Assert.Equal(SpamdVariant.SpamAssassin, plain.Variant);
        Assert.Equal((1, 1, null, TimeSpan.FromMinutes(2)), (plain.Priority, plain.Weight, plain.Retry, plain.Timeout));
    }

    [Theory]
    [InlineData("", "names no server")]
    [InlineData("host", "neither a host and a port")]
    [InlineData("host port", "neither a host and a port")]
    [InlineData("host 0", "neither a host and a port")]
    [InlineData("host 65536", "neither a host and a port")]
    [InlineData("host 1-200", "neither a host and a port")]
    [InlineData("host 783 variant=spamassassin", "rspamd is the only variant")]
    [InlineData("host 783 backup", "\"backup\" is no option of a server")]
    [InlineData("/socket 783", "\"783\" is no option of a server")]
    [InlineData("host 783 pri=high", "a number is expected")]
    [InlineData("host 783 weight=-1", "a number is expected")]
    [InlineData("host 783 tmo=0s", "a time is expected")]
    [InlineData("host 783 retry=5", "a time is expected")]
    [InlineData("host 783 time=25-26", "two times of day are expected")]
    [InlineData("host 783 time=8", "two times of day are expected")]
    [InlineData("host 783 time=1.2.3.4-5", "two times of day are expected")]
    public void What_is_no_server_is_said(string list, string problem)
    {
        Assert.Empty(SpamdServerList.Parse(list, out var said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Servers_have_a_bound(int count, bool accepted) =>
        Assert.Equal(accepted, SpamdServerList.Parse(string.Join(" : ", Enumerable.Repeat("h 1", count)), out _).Length == count);

    [Theory]
    [InlineData("spamd_address = 127.0.0.1 783 variant=other", "/etc/x/main.conf:2: spamd_address: \"variant=other\": rspamd is the only variant")]
    [InlineData("spamd_address = nonsense", "/etc/x/main.conf:2: spamd_address: \"nonsense\" is neither")]
    [InlineData("spamd_address = ${if eq{$sender_address}{}{nonsense}}", null)]
    [InlineData("spamd_address = 127.0.0.1 783", null)]
    [InlineData("av_scanner = f-prot6d:localhost 10200", "/etc/x/main.conf:2: av_scanner: unknown scanner type 'f-prot6d'")]
    [InlineData("av_scanner = cmdline:/bin/av %s", "/etc/x/main.conf:2: av_scanner: cmdline  : missing trigger specification")]
    [InlineData("av_scanner = $acl_m_scanner", null)]
    [InlineData("av_scanner = clamd:127.0.0.1 3310", null)]
    public void Option_is_checked_when_it_is_read(string option, string? problem)
    {
        var (policy, problems) = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles($"primary_hostname = h\n{option}\n"));
        Assert.Equal(problem is null, policy is not null);
        if (problem is not null)
        {
            Assert.StartsWith(problem, Assert.Single(problems).ToString(), StringComparison.Ordinal);
        }
    }
}
