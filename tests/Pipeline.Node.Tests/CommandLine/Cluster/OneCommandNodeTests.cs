using System.IO.Pipelines;
using System.Text;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>A node that a submission on the standard streams has started for itself, in a cluster.</summary>
public sealed class OneCommandNodeTests
{
    [PostgresFact]
    public async Task It_takes_no_orders_about_its_life_and_ends_with_its_command()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        await fixture.WriteSettingsAsync("once");
        var (client, node) = (new Pipe(), new Pipe());
        var session = EximProgram.RunAsync(
            ["-bs", "-C", fixture.Files.ConfigurationFile, "--node", fixture.Files.Path("once.json"), "-DWORD=word"],
            null,
            new EximStreams(client.Reader.AsStream(), node.Writer.AsStream(), TextWriter.Null),
            TimeProvider.System,
            CancellationToken.None);
        using var replies = new StreamReader(node.Reader.AsStream());
        Assert.StartsWith("220 ", await replies.ReadLineAsync().WaitAsync(ClusterFixture.Patience), StringComparison.Ordinal);

        foreach (var order in new[] { "drain", "join", "leave" })
        {
            var answer = await fixture.RunAsync("once", "cluster", order);
            Assert.Equal(
                (1, "", "once runs for one command (a queue run or a submission) and leaves as soon as that is done: it takes no orders about its life\n"), answer);
        }

        await client.Writer.WriteAsync(Encoding.ASCII.GetBytes(ClusterFixture.Submission("user@example.com")));
        await client.Writer.CompleteAsync();
        Assert.Equal(0, await session.WaitAsync(ClusterFixture.Patience));
        await node.Writer.CompleteAsync();
        Assert.Contains("250 OK id=", await replies.ReadToEndAsync().WaitAsync(ClusterFixture.Patience), StringComparison.Ordinal);
        Assert.Equal("once", (await fixture.SeenAsync(static e => e is { Node: "once", Kind: ClusterEventKind.Left })).By);
    }
}
