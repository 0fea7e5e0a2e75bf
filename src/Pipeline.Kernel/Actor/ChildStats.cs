namespace Pipeline.Kernel.Actor;

/// <summary>What a parent knows about one living child.</summary>
internal sealed class ChildStats(LocalActorRef child)
{
    public LocalActorRef Ref { get; } = child;

    /// <summary>The parent has told it to stop and waits for its end.</summary>
    public bool Stopping { get; set; }

    /// <summary>Failures counted against the restart limit.</summary>
    public int Failures { get; set; }

    public long WindowStart { get; set; }
}
