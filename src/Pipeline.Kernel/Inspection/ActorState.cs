namespace Pipeline.Kernel.Inspection;

/// <summary>What an actor is at.</summary>
public enum ActorState
{
    /// <summary>Its creation is queued or failed.</summary>
    Starting,

    /// <summary>It handles what comes.</summary>
    Running,

    /// <summary>User messages wait for the end of an asynchronous handler.</summary>
    Awaiting,

    /// <summary>It failed, or an actor above it, and the decision is awaited.</summary>
    Suspended,

    /// <summary>It waits for its children to stop, or for a handler to end.</summary>
    Stopping,

    Stopped,
}
