using System.Net;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Everything on loopback, with a relay between each node and the database.</summary>
internal sealed class LoopbackNetwork(string whyNotWhole) : ClusterNetwork
{
    public override IPAddress Host => IPAddress.Loopback;

    public override string WhyNotWhole => whyNotWhole;

    public override Link Connect(int number, int databasePort) => new RelayLink(new IPEndPoint(Host, databasePort));
}
