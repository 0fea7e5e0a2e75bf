using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.CommandLine.Exim;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Admin;

public sealed class AdminSettingsTests : IDisposable
{
    private readonly EximFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var file = _files.Path("admin.json");
        File.WriteAllText(file, """{"Admin":{"Listen":"everywhere","Certificate":"/nowhere/a.crt"}}""");
        var (settings, errors) = NodeSettingsReader.Read(file);
        Assert.Null(settings);
        Assert.Equal(4, errors.Count);
        Assert.Contains("Admin:Listen: \"everywhere\"", errors[0], StringComparison.Ordinal);
        Assert.Contains("Admin:Certificate: /nowhere/a.crt: no such file", errors[1], StringComparison.Ordinal);
        Assert.Contains("Admin:Key: is missing", errors[2], StringComparison.Ordinal);
        Assert.Contains("Admin:ClientCa: is missing", errors[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:8425", true)]
    [InlineData("[::]:8425", true)]
    [InlineData("127.0.0.1:0", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("localhost:8425", false)]
    [InlineData("", false)]
    public void Address_needs_a_port(string listen, bool good) => Assert.Equal(
        good, !AdminSettingsCheck.Errors(new AdminSettings { Listen = listen }).Any(error => error.StartsWith("Admin:Listen", StringComparison.Ordinal)));

    [Fact]
    public void Unknown_name_in_the_file_is_an_error()
    {
        var file = _files.Path("admin.json");
        File.WriteAllText(file, """{"Admni":{}}""");
        Assert.Contains("Admni", Assert.Single(NodeSettingsReader.Read(file).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_keep_the_node_from_starting_each_with_its_reason()
    {
        using var authority = new TestAuthority(Path.GetDirectoryName(_files.ConfigurationFile)!, "authority");
        File.WriteAllText(_files.Path("node.crt"), "no certificate");
        File.WriteAllText(_files.Path("node.key"), "no key");
        File.WriteAllText(authority.File, "no authority");
        var error = await Assert.ThrowsAsync<NodeStartException>(() => MailNode.StartAsync(AdminNode.Options(_files, authority), CancellationToken.None));
        Assert.Equal(2, error.Problems.Count);
        Assert.StartsWith("Admin:Certificate:", error.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("Admin:ClientCa:", error.Problems[1], StringComparison.Ordinal);
    }
}
