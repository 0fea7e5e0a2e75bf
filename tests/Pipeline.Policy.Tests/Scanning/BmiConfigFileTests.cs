using Pipeline.Policy.Scanning;

namespace Pipeline.Policy.Tests.Scanning;

public sealed class BmiConfigFileTests
{
    [Theory]
    [InlineData("blswcServerAddress=127.0.0.1:41000", "127.0.0.1:41000")]
    [InlineData("# comment\n\nblSWPrecedence=virus-spam\r\n BLSWCSERVERADDRESS = scan1:41000 , scan2:41000 \nblSWLocalDomain=x.test\n", "scan1:41000 , scan2:41000")]
    [InlineData("#blswcServerAddress=wrong\nblswcServerAddress=https://scan.test/verdicts?site=a=b", "https://scan.test/verdicts?site=a=b")]
    [InlineData("blswcServerAddress=[::1]:41000", "[::1]:41000")]
    public void Servers_are_found_among_the_settings(string text, string servers) => Assert.Equal((servers, ""), BmiConfigFile.FindServers("f", text));

    [Theory]
    [InlineData("", "f has no blswcServerAddress")]
    [InlineData(" <?xml version=\"1.0\"?>\n<x/>", "f is an XML file; lines are expected, among them blswcServerAddress=host:port")]
    [InlineData("a=b\nblswcServerAddress=", "f:2: no server is named")]
    [InlineData("blswcServerAddress=scan1", "f:1: \"scan1\" is neither host:port nor a URL with http or https")]
    [InlineData("blswcServerAddress=a:1,scan1:0", "f:1: \"scan1:0\" is neither host:port nor a URL with http or https")]
    [InlineData("blswcServerAddress=ftp://scan1/x", "f:1: \"ftp://scan1/x\" is neither host:port nor a URL with http or https")]
    [InlineData("blswcServerAddress=http://me:pass@scan1/x", "f:1: \"http://me:pass@scan1/x\" is neither host:port nor a URL with http or https")]
    [InlineData("blswcServerAddress=me@scan1:1", "f:1: \"me@scan1:1\" is neither host:port nor a URL with http or https")]
    [InlineData("blswcServerAddress=scan1/x:1", "f:1: \"scan1/x:1\" is neither host:port nor a URL with http or https")]
    public void What_is_wrong_is_said_with_its_line(string text, string problem) => Assert.Equal((null, problem), BmiConfigFile.FindServers("f", text));

    [Fact]
    public void Servers_are_bounded()
    {
        BmiServerList.Parse(string.Join(',', Enumerable.Repeat("h:1", 33)), out var problem);
        Assert.Equal("more than 32 servers are named", problem);
    }

    [Fact]
    public async Task File_that_cannot_be_read_has_a_reason()
    {
        var folder = Directory.CreateTempSubdirectory("bmi-");
        try
        {
            var path = Path.Combine(folder.FullName, "brightmail.cfg");
            Assert.Equal((null, $"Could not find file '{path}'."), await BmiConfigFile.ReadServersAsync(path, default));
            await File.WriteAllTextAsync(path, new string('#', (64 * 1024) + 1));
            Assert.Equal((null, $"{path} has more than 65536 octets"), await BmiConfigFile.ReadServersAsync(path, default));
            await File.WriteAllTextAsync(path, "blswcServerAddress=h:1\n");
            Assert.Equal(("h:1", ""), await BmiConfigFile.ReadServersAsync(path, default));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
