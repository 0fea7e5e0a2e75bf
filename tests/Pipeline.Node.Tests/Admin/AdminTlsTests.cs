using System.Net;
using System.Text.Json;
using Pipeline.Node.Admin;
using Pipeline.Tests.Support.Tls;

namespace Pipeline.Node.Tests.Admin;

public sealed class AdminTlsTests : IAsyncLifetime
{
    private const string NoSuchMessage = "1xV3ze-IUvupnsd1MR-393w";

    private AdminNode _node = null!;

    public async Task InitializeAsync() => _node = await AdminNode.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Operator_looks_and_gives_orders()
    {
        using var client = _node.Client("alice", "operator");
        Assert.Equal("node", (await client.StatusAsync(CancellationToken.None)).Name);
        Assert.Equal("no such message in the queue", (await client.OrderAsync(NoSuchMessage, "remove", CancellationToken.None)).Text);
        Assert.True((await client.RunQueueAsync(CancellationToken.None)).Done);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("node")]
    public async Task Viewer_and_node_look_and_give_no_orders(string role)
    {
        using var client = _node.Client("bob", role);
        Assert.Equal("node", (await client.StatusAsync(CancellationToken.None)).Name);
        var refused = await Assert.ThrowsAsync<AdminException>(() => client.OrderAsync(NoSuchMessage, "remove", CancellationToken.None));
        Assert.Equal($"bob is a {role}, who may look; orders are for operators", refused.Message);
        await Assert.ThrowsAsync<AdminException>(() => client.RunQueueAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("root")]
    [InlineData("operators")]
    public async Task Certificate_without_a_role_gives_no_rights(string? role)
    {
        using var client = _node.Client("carol", role);
        var refused = await Assert.ThrowsAsync<AdminException>(() => client.StatusAsync(CancellationToken.None));
        Assert.StartsWith("the certificate of carol names no role", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_refused()
    {
        using var other = new TestAuthority(_node.Folder, "other");
        using var client = _node.Client(other.Sign("alice", "operator"), _node.Authority.File);
        await RefusedAsync(client);
    }

    [Fact]
    public async Task Expired_certificate_is_refused()
    {
        using var client = _node.Client(_node.Authority.Sign("alice", "operator", validDays: -1), _node.Authority.File);
        await RefusedAsync(client);
    }

    [Fact]
    public async Task Certificate_for_servers_is_none_for_callers()
    {
        using var client = _node.Client(_node.Authority.Sign("alice", "operator", isServer: true), _node.Authority.File);
        await RefusedAsync(client);
    }

    [Fact]
    public async Task Caller_without_a_certificate_gets_no_request_through()
    {
        var (certificate, key) = _node.Authority.Sign("alice", "operator");
        var transport = AdminTransport.Network(_node.Remote(certificate, key, _node.Authority.File), TimeProvider.System);
        transport.SslOptions.ClientCertificateContext = null;
        using var http = new HttpClient(transport);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"https://127.0.0.1:{_node.Node.AdminEndpoint!.Port}/status")));
    }

    [Fact]
    public async Task Node_of_another_authority_is_not_believed()
    {
        using var other = new TestAuthority(_node.Folder, "other");
        using var client = _node.Client(_node.Authority.Sign("alice", "operator"), other.File);
        var refused = await Assert.ThrowsAsync<AdminException>(() => client.StatusAsync(CancellationToken.None));
        Assert.Contains("no secure connection", refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.File, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_speaks_http_2()
    {
        var (certificate, key) = _node.Authority.Sign("alice", "viewer");
        using var http = new HttpClient(AdminTransport.Network(_node.Remote(certificate, key, _node.Authority.File), TimeProvider.System))
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await http.GetAsync(new Uri($"https://127.0.0.1:{_node.Node.AdminEndpoint!.Port}/status"));
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
    }

    [Fact]
    public async Task Refusal_is_a_problem_document()
    {
        var (certificate, key) = _node.Authority.Sign("bob", "viewer");
        using var http = new HttpClient(AdminTransport.Network(_node.Remote(certificate, key, _node.Authority.File), TimeProvider.System));
        using var response = await http.PostAsync(new Uri($"https://127.0.0.1:{_node.Node.AdminEndpoint!.Port}/queue/run"), null);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(403, problem.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Renewed_certificate_is_taken_without_a_restart()
    {
        using var other = new TestAuthority(_node.Folder, "other");
        other.Sign("node", "node", isServer: true, file: "node");
        File.SetLastWriteTimeUtc(Path.Combine(_node.Folder, "node.crt"), DateTime.UtcNow.AddMinutes(1));
        using var client = _node.Client(_node.Authority.Sign("alice", "viewer"), other.File);
        Assert.Equal("node", (await client.StatusAsync(CancellationToken.None)).Name);
    }

    [Fact]
    public async Task Certificate_that_cannot_be_used_leaves_the_former_one()
    {
        await File.WriteAllTextAsync(Path.Combine(_node.Folder, "node.crt"), "nothing");
        File.SetLastWriteTimeUtc(Path.Combine(_node.Folder, "node.crt"), DateTime.UtcNow.AddMinutes(1));
        using var client = _node.Client("alice", "viewer");
        Assert.Equal("node", (await client.StatusAsync(CancellationToken.None)).Name);
    }

    private static async Task RefusedAsync(AdminClient client)
    {
        var refused = await Assert.ThrowsAsync<AdminException>(() => client.StatusAsync(CancellationToken.None));
        Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
    }
}
