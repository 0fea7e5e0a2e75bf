namespace Pipeline.Storage.Ports.Cluster;

/// <summary>The right of this life to work on the cluster's messages, as far as the node itself can know.</summary>
/// <remarks>
/// The truth is the fence: every write names the owner and its epoch. These answers keep a node from beginning what it could not finish,
/// and from a final step that cannot be fenced (a final dot, a rename). They read a clock that counts suspension, and no lock: cheap on any path.
/// </remarks>
public interface INodeLease
{
    Ownership Owner { get; }

    /// <summary>Whether new work may be claimed: the lease was proven a short while ago.</summary>
    bool MayClaim { get; }

    /// <summary>Whether a final step may be taken. Ask immediately before it.</summary>
    bool MayFinish { get; }

    /// <summary>Completes when this life has lost its lease; never when it left by itself. Does not fail.</summary>
    Task<LeaseLoss> Lost { get; }
}

/// <summary>Why a life is over.</summary>
/// <param name="Reason">For the log and for people, in whole words.</param>
public sealed record LeaseLoss(LeaseLossCause Cause, string Reason);

/// <summary>The numbers are not stored.</summary>
public enum LeaseLossCause
{
    /// <summary>The database was out of reach for longer than a lease lasts. The node may join again.</summary>
    Outage = 0,

    /// <summary>Another node took this one for dead. The node may join again.</summary>
    TakenOver = 1,

    /// <summary>An operator's order: the node stays out until it is told to join.</summary>
    Ordered = 2,
}
