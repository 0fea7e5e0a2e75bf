using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Actors.Tests.Support;

internal sealed class FakeLease : INodeLease
{
    public Ownership Owner => TestMessages.Owner;

    public bool MayClaim { get; set; } = true;

    public bool MayFinish { get; set; } = true;

    public Task<LeaseLoss> Lost { get; } = new TaskCompletionSource<LeaseLoss>().Task;
}
