using Pipeline.Node.Hosting;

namespace Pipeline.Node.Admin;

/// <summary>What the admin API speaks for.</summary>
internal sealed record AdminServices
{
    /// <summary>The supervisor of messages, who takes orders.</summary>
    public required IActorRef Messages { get; init; }

    public required ActorSystem System { get; init; }

    public required Func<CancellationToken, Task<NodeStatus>> Status { get; init; }

    public required NodeHealth Health { get; init; }

    public required ILogger Logger { get; init; }
}
