using System.Net.Sockets;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.Hosting;
using Pipeline.Node.Tests.CommandLine.Exim;

namespace Pipeline.Node.Tests.Hosting;

public sealed class MailNodeSocketsTests : IDisposable
{
    private readonly EximFixture _exim = new();

    private string AdminSocket => SpoolPaths.AdminSocket(_exim.StoreDirectory);

    public void Dispose() => _exim.Dispose();

    [Fact]
    public async Task Node_takes_its_sockets_away_before_another_can_have_the_store()
    {
        await using (await StartAsync())
        {
            Assert.True(File.Exists(AdminSocket));
        }

        Assert.False(File.Exists(AdminSocket));
        Assert.Empty(Directory.EnumerateFiles(_exim.StoreDirectory, "*~s"));
    }

    [Fact]
    public async Task Node_that_ends_leaves_sockets_that_another_process_has_put_in_their_place()
    {
        var node = await StartAsync();
        File.Delete(AdminSocket);
        using var admin = Listen(AdminSocket);
        await node.DisposeAsync();
        Assert.True(File.Exists(AdminSocket));
    }

    [Fact]
    public async Task Node_that_cannot_have_the_store_touches_no_socket()
    {
        await using var node = await StartAsync();
        var error = await Assert.ThrowsAsync<NodeStartException>(() => StartAsync());
        Assert.True(error.StoreInUse);
        using var client = await AdminClient.ConnectAsync(_exim.StoreDirectory, CancellationToken.None);
        Assert.NotNull(client);
    }

    [Fact]
    public async Task Start_that_fails_leaves_neither_a_socket_nor_a_hold_on_the_store()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        await Assert.ThrowsAnyAsync<IOException>(() => StartAsync($"127.0.0.1.{port}"));
        Assert.False(File.Exists(AdminSocket));
        Assert.Empty(Directory.EnumerateFiles(_exim.StoreDirectory, "*~s"));

        await using var node = await StartAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers(); // of the host that failed
        using var client = await AdminClient.ConnectAsync(_exim.StoreDirectory, CancellationToken.None);
        Assert.NotNull(client);
    }

    [Fact]
    public async Task Sockets_of_a_node_that_was_killed_are_replaced()
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(AdminSocket, "");
        await File.WriteAllTextAsync(Path.Combine(_exim.StoreDirectory, "0123abcd~s"), "");
        await using var node = await StartAsync();
        using var client = await AdminClient.ConnectAsync(_exim.StoreDirectory, CancellationToken.None);
        Assert.NotNull(client);
        Assert.Empty(Directory.EnumerateFiles(_exim.StoreDirectory, "*~s"));
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private Task<MailNode> StartAsync(string listen = "127.0.0.1.0")
    {
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json"), "-DWORD=word"], null);
        var (choice, _) = command!.Choose();
        return MailNode.StartAsync(choice!.ToNodeOptions() with { Listen = listen }, CancellationToken.None);
    }
}
