using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.CommandLine.Exim;

namespace Pipeline.Node.Tests.Packaging;

public sealed class CertificatesScriptTests : IDisposable
{
    private readonly EximFixture _files = new();

    public void Dispose() => _files.Dispose();

    [NeedsProgramFact("openssl")]
    public async Task Certificates_of_the_script_open_the_admin_port_to_their_roles()
    {
        await RunAsync("--node", "gw1,127.0.0.1", "--operator", "alice", "--viewer", "bob");
        await using var node = await MailNode.StartAsync(
            AdminNodeOptions() with { Listen = "127.0.0.1.0" }, CancellationToken.None);
        using var alice = Client(node, "operator-alice");
        Assert.True((await alice.RunQueueAsync(CancellationToken.None)).Done);
        using var bob = Client(node, "viewer-bob");
        Assert.Equal("gw1", (await bob.StatusAsync(CancellationToken.None)).Name);
        await Assert.ThrowsAsync<AdminException>(() => bob.RunQueueAsync(CancellationToken.None));
    }

    [NeedsProgramFact("openssl")]
    public async Task Second_run_changes_nothing_and_renewal_keeps_key_and_names()
    {
        await RunAsync("--node", "gw1,127.0.0.1,gw1.example.net");
        var (ca, first, key) = (Read("ca.crt"), Read("node-gw1.crt"), Read("node-gw1.key"));
        await RunAsync("--node", "gw1,127.0.0.1,gw1.example.net");
        Assert.Equal((ca, first), (Read("ca.crt"), Read("node-gw1.crt")));
        await RunAsync("--node", "gw1", "--renew", "--days", "30");
        Assert.Equal((ca, key), (Read("ca.crt"), Read("node-gw1.key")));
        Assert.NotEqual(first, Read("node-gw1.crt"));
        using var renewed = X509CertificateLoader.LoadCertificateFromFile(_files.Path("pki/node-gw1.crt"));
        Assert.True(renewed.MatchesHostname("127.0.0.1"));
        Assert.True(renewed.MatchesHostname("gw1.example.net"));
        Assert.InRange(renewed.NotAfter - renewed.NotBefore, TimeSpan.FromDays(29), TimeSpan.FromDays(31));
        Assert.Equal(new AdminCaller("gw1", AdminRole.Node), CertificateRole.Read(renewed));
    }

    [SupportedOSPlatform("linux")]
    [NeedsProgramFact("openssl")]
    public async Task Keys_are_for_their_owner_alone()
    {
        await RunAsync("--node", "gw1", "--operator", "alice");
        foreach (var key in Directory.GetFiles(_files.Path("pki"), "*.key"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }

        Assert.Equal(3, Directory.GetFiles(_files.Path("pki"), "*.key").Length);
    }

    [NeedsProgramFact("openssl")]
    public async Task Names_that_could_mean_something_else_are_refused()
    {
        foreach (var name in new[] { "a b", "../x", "a/b", "-x", "", "a$(id)" })
        {
            Assert.NotEqual(0, (await ProgramRun.OfAsync(Repository.File("packaging", "certificates.sh"), _files.Path("pki"), "--operator", name)).ExitCode);
        }

        Assert.NotEqual(0, (await ProgramRun.OfAsync(Repository.File("packaging", "certificates.sh"), "--operator", "alice")).ExitCode);
    }

    private string Read(string name) => File.ReadAllText(_files.Path($"pki/{name}"));

    private async Task RunAsync(params string[] arguments)
    {
        var run = await ProgramRun.OfAsync(Repository.File("packaging", "certificates.sh"), [_files.Path("pki"), .. arguments]);
        Assert.True(run.ExitCode == 0, run.Output);
    }

    private AdminClient Client(MailNode node, string name) => AdminClient.To(
        new RemoteNode("127.0.0.1", node.AdminEndpoint!.Port, _files.Path($"pki/{name}.crt"), _files.Path($"pki/{name}.key"), _files.Path("pki/ca.crt")),
        TimeProvider.System);

    private NodeOptions AdminNodeOptions() => new()
    {
        PolicyFile = _files.ConfigurationFile,
        Macros = new Dictionary<string, string> { ["WORD"] = "word" },
        Settings = new NodeSettings
        {
            Name = "gw1",
            Dns = new DnsSettings { ZoneFile = _files.Path("zone.json") },
            Admin = new AdminSettings
            {
                Listen = "127.0.0.1:0",
                Certificate = _files.Path("pki/node-gw1.crt"),
                Key = _files.Path("pki/node-gw1.key"),
                ClientCa = _files.Path("pki/ca.crt"),
            },
        },
    };
}
