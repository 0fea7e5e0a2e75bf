using System.Net;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Tests.Support;

namespace Pipeline.ScalingRun;

/// <summary>Loopback as it is: this run breaks nothing.</summary>
internal sealed class DirectLink(IPEndPoint database) : Link
{
    public override IPEndPoint Endpoint { get; } = Loopback.FreeEndpoint();

    public override IPEndPoint Database => database;

    public override Task CutAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public override Task MendAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
