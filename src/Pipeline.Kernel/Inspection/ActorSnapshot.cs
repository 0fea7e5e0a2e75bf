namespace Pipeline.Kernel.Inspection;

/// <summary>What one actor looked like from outside, for a moment: each value is true on its own, but no two of them need be of the same instant.</summary>
public sealed record ActorSnapshot
{
    /// <summary>Without the address: <c>/user/pipeline/messages</c>.</summary>
    public required string Path { get; init; }

    public required string Name { get; init; }

    /// <summary>The actor's class.</summary>
    public required string Type { get; init; }

    public required ActorState State { get; init; }

    /// <summary>User messages that wait; counted up to <see cref="ActorInspection.MailboxCountLimit"/>, and about right while the actor runs.</summary>
    public required int MailboxLength { get; init; }

    /// <summary>How often the actor was built anew after a failure.</summary>
    public required int Restarts { get; init; }

    /// <summary>Since the reference was made; a restart does not begin it anew.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>Living children, listed here or not.</summary>
    public required int ChildCount { get; init; }

    /// <summary>The children within the depth and the number asked for, by name.</summary>
    public IReadOnlyList<ActorSnapshot> Children { get; init; } = [];
}
