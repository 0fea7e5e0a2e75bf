using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>MAIL where disks are nearly full.</summary>
public sealed class SpaceCheckTests : ReceiptTestKit
{
    private const string Spool = "spool directory space check failed: space=2000 inodes=50";

    [Theory]
    [InlineData("check_spool_space = 2000K\ncheck_spool_inodes = 50", null, null)]
    [InlineData("check_spool_space = 2001K\ncheck_spool_inodes = 50", null, Spool)]
    [InlineData("check_spool_space = 0\ncheck_spool_inodes = 51", null, Spool)]
    [InlineData("check_spool_space = 0\ncheck_spool_inodes = 0\ncheck_log_space = 0\ncheck_log_inodes = 0", 2048000L, null)]
    [InlineData("check_spool_space = 0\ncheck_spool_inodes = 0", 2049024L, Spool)]
    [InlineData("check_spool_space = 0\ncheck_spool_inodes = 0\nno_smtp_check_spool_space", 2049024L, null)]
    [InlineData("", null, Spool)]
    [InlineData("check_spool_space = 0\ncheck_spool_inodes = 0\ncheck_log_inodes = 1\ncheck_log_space = 4M", null, "log directory space check failed: space=3000 inodes=60")]
    [InlineData("check_spool_space = 0\ncheck_spool_inodes = 0\ncheck_log_inodes = 61", null, "log directory space check failed: space=3000 inodes=60")]
    public async Task MAIL_is_put_off_while_a_partition_is_nearly_full(string main, long? size, string? logged)
    {
        var policy = Policy($"check_log_space = 1K\ncheck_log_inodes = 1\n{main}", new DiskSpace(2000, 50), new DiskSpace(3000, 60));
        await using var session = await OpenAsync(Service(policy));
        var reply = (await session.MailAsync(From("a") with { Size = size }, CancellationToken.None)).Reply;
        Assert.Equal(logged is null ? "250" : "452", reply.Code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(logged is not null, reply.Text == "Space shortage, please try later");
        Assert.Equal(logged is null ? [] : [logged], policy.Lines);
    }

    [Fact]
    public async Task Partition_of_which_nothing_is_known_is_not_full()
    {
        await using var session = await OpenAsync(Service(Policy("check_spool_space = 1G\ncheck_spool_inodes = 1000000", DiskSpace.Unknown, DiskSpace.Unknown)));
        Assert.Equal(250, (await session.MailAsync(From("a"), CancellationToken.None)).Reply.Code);
    }

    [Fact]
    public async Task Local_message_is_refused_where_there_is_no_room()
    {
        var policy = Policy("", new DiskSpace(1, 1), DiskSpace.Unknown);
        var receipt = Service(policy).Open(new LocalMessage { Sender = TestMessages.Sender, Recipients = [TestMessages.To("b")] });
        await receipt.BeginAsync(CancellationToken.None);
        await receipt.WriteAsync("From: a@a.test\r\n\r\nbody\r\n"u8.ToArray(), CancellationToken.None);
        var reply = (await receipt.EndAsync(CancellationToken.None)).Reply;
        Assert.Equal((452, "insufficient disk space"), (reply.Code, reply.Text));
        Assert.Empty(Store.Accepted);
    }

    private TestPolicy Policy(string main, DiskSpace spool, DiskSpace log)
    {
        // Of two settings of one option Exim takes none: the last line counts here, since the first is the test's default.
        var lines = main.Split('\n', StringSplitOptions.RemoveEmptyEntries).GroupBy(line => line.Split(' ')[0]).Select(group => group.Last());
        return new TestPolicy($"acl_not_smtp = ok\n{string.Join('\n', lines)}\nbegin acl\nok:\n  accept\n", Time) { Spool = spool, Log = log };
    }
}
