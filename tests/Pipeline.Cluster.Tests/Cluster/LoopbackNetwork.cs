using System.Net;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Everything on loopback, with a relay between each node and the database.</summary>
internal sealed class LoopbackNetwork(string whyNotWhole) : ClusterNetwork
{
    public override IPAddress Host => IPAddress.Loopback;

    public override string WhyNotWhole => whyNotWhole;

    public override string ToString() => $"everything on loopback: {whyNotWhole}";

    public override Task<Link> ConnectAsync(int number, int databasePort, CancellationToken cancellationToken) =>
        Task.FromResult<Link>(new RelayLink(new IPEndPoint(Host, databasePort)));
}
