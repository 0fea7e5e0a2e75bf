using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Files;

public sealed class MaildirSizeFileTests : FileTestBase
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string SizeFile => $"{Root}/maildirsize";

    [Fact]
    public void A_missing_file_is_made_of_what_is_in_the_folders_that_count()
    {
        Fill();
        Assert.Equal((13, 3), new MaildirSizeFile(Root, new MailboxQuota { Limit = 1000 }).Read(Mode));
        Assert.Equal("1000S,0C\n13 3\n", Text(SizeFile));
        Assert.Equal(["maildirsize"], Directory.EnumerateFiles(Root).Select(Path.GetFileName));
    }

    [Fact]
    public void What_the_file_says_is_believed_and_added_to()
    {
        Fill();
        File.WriteAllText(SizeFile, "1000S,5C\n100 2\n-30 -1\n");
        var file = new MaildirSizeFile(Root, new MailboxQuota { Limit = 1000, FileCount = 5 });
        Assert.Equal((70, 1), file.Read(Mode));
        file.Add(12);
        Assert.Equal((82, 2), file.Read(Mode));
        Assert.EndsWith("\n12 1\n", Text(SizeFile), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("500S,0C\n100 1\n")]
    [InlineData("1000S,0C\n100\n")]
    [InlineData("1000S,0C\nx 1\n")]
    [InlineData("1000S,0C\n-5 1\n")]
    [InlineData("1000S,0C\n1001 1\n")]
    public void What_is_doubtful_is_counted_anew(string content)
    {
        Fill();
        File.WriteAllText(SizeFile, content);
        Assert.Equal((13, 3), new MaildirSizeFile(Root, new MailboxQuota { Limit = 1000 }).Read(Mode));
        Assert.Equal("1000S,0C\n13 3\n", Text(SizeFile));
    }

    [Theory]
    [InlineData(5120, false)]
    [InlineData(5121, true)]
    public void A_long_file_is_counted_anew(int length, bool anew)
    {
        Fill();
        var start = "1000S,0C\n50 1\n";
        File.WriteAllText(SizeFile, start + new string(' ', length - start.Length - 4) + "0 0\n");
        Assert.Equal(anew ? (13, 3) : (50, 1), new MaildirSizeFile(Root, new MailboxQuota { Limit = 1000 }).Read(Mode));
    }

    [Fact]
    public async Task A_delivery_keeps_the_file_up_to_date()
    {
        var settings = new AppendfileTransportSettings("t") { Path = Root, Format = MailboxFormat.Maildir, Quota = new MailboxQuota { UseSizeFile = true } };
        var path = await Succeed(new AppendfileAgent(Io, Time), Job(settings));
        Assert.Equal($"0S,0C\n0 0\n{new FileInfo(path).Length} 1\n", Text(SizeFile));
        await Succeed(new AppendfileAgent(Io, Time), Job(settings));
        Assert.Equal($"0S,0C\n0 0\n{new FileInfo(path).Length} 1\n", Text(SizeFile));
    }

    // Counted without a pattern: everything but what lies at the top and under tmp.
    private void Fill()
    {
        foreach (var (path, text) in new[] { ("cur/a", "123"), ("new/b", "12345"), (".Sent/cur/c", "12345"), ("tmp/d", "1"), ("top", "1") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{Root}/{path}")!);
            File.WriteAllText($"{Root}/{path}", text);
        }

        File.Delete($"{Root}/top");
    }
}
