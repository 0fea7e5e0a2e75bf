using Pipeline.Node.Admin;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.CommandLine.Exim;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Admin;

/// <summary>A node in this process that takes orders over mutual TLS, and an authority that signs for it and its callers.</summary>
internal sealed class AdminNode : IAsyncDisposable
{
    private readonly EximFixture _files;

    private AdminNode(EximFixture files, TestAuthority authority, MailNode node) => (_files, Authority, Node) = (files, authority, node);

    public TestAuthority Authority { get; }

    public MailNode Node { get; }

    public string Folder => Path.GetDirectoryName(_files.ConfigurationFile)!;

    public string ConfigurationFile => _files.ConfigurationFile;

    public static async Task<AdminNode> StartAsync()
    {
        var files = new EximFixture();
        var authority = new TestAuthority(Path.GetDirectoryName(files.ConfigurationFile)!, "authority");
        authority.Sign("node", "node", isServer: true, file: "node");
        return new AdminNode(files, authority, await MailNode.StartAsync(Options(files, authority), CancellationToken.None));
    }

    public static NodeOptions Options(EximFixture files, TestAuthority authority) => new()
    {
        PolicyFile = files.ConfigurationFile,
        Macros = new Dictionary<string, string> { ["WORD"] = "word" },
        Listen = "127.0.0.1.0",
        Settings = new NodeSettings
        {
            Name = "node",
            Dns = new DnsSettings { ZoneFile = files.Path("zone.json") },
            Admin = new AdminSettings
            {
                Listen = "127.0.0.1:0",
                Certificate = files.Path("node.crt"),
                Key = files.Path("node.key"),
                ClientCa = authority.File,
            },
        },
    };

    /// <summary>Calls the node with a certificate of its own authority.</summary>
    public AdminClient Client(string name, string? role) => Client(Authority.Sign(name, role), Authority.File);

    public AdminClient Client((string Certificate, string Key) shown, string authority) =>
        AdminClient.To(Remote(shown.Certificate, shown.Key, authority), TimeProvider.System);

    public RemoteNode Remote(string certificate, string key, string authority) => new("127.0.0.1", Node.AdminEndpoint!.Port, certificate, key, authority);

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Authority.Dispose();
        _files.Dispose();
    }
}
