using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pipeline.Cluster.Tests.Cluster;

namespace Pipeline.Cluster.Tests.Harness;

public sealed class NamespaceLinkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [NamespaceFact]
    public async Task A_cut_link_carries_neither_data_nor_ends_of_connections_until_it_is_mended()
    {
        using var reaper = new Reaper();
        var network = (await NamespaceNetwork.TryCreateAsync(reaper, default)).Network!;
        using var listener = new TcpListener(network.Host, 0);
        listener.Start();
        using var link = await network.ConnectAsync(1, ((IPEndPoint)listener.LocalEndpoint).Port, default);
        using var client = Start(link);
        using var connection = await listener.AcceptTcpClientAsync().WaitAsync(Patience);
        using var reader = new StreamReader(connection.GetStream());
        await client.StandardInput.WriteLineAsync("before");
        Assert.Equal("before", await reader.ReadLineAsync().WaitAsync(Patience));

        await link.CutAsync(default);
        await client.StandardInput.WriteLineAsync("meanwhile");
        client.StandardInput.Close();
        await client.WaitForExitAsync().WaitAsync(Patience);
        var read = reader.ReadLineAsync();
        await Task.WhenAny(read, Task.Delay(TimeSpan.FromMilliseconds(100)));
        Assert.False(read.IsCompleted);

        await link.MendAsync(default);
        Assert.Equal("meanwhile", await read.WaitAsync(Patience));
        Assert.Null(await reader.ReadLineAsync().WaitAsync(Patience));
    }

    /// <summary>A program at the node's end that sends what it reads, and closes.</summary>
    private static Process Start(Link link)
    {
        string[] command = [.. link.Enter, "bash", "-c", $"exec cat >/dev/tcp/{link.Database.Address}/{link.Database.Port}"];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true })!;
    }
}
