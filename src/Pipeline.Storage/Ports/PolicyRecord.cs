namespace Pipeline.Storage.Ports;

/// <summary>One entry of the history of policies. Numbers ascend and are never used again.</summary>
/// <param name="Digest">Of the bundle.</param>
/// <param name="By">Who published it, as <c>user@host</c> or the name of a node.</param>
/// <param name="RestoredFrom">The number that a roll back went back to; null for a policy that was published from files.</param>
public sealed record PolicyRecord(int Number, string Digest, DateTimeOffset At, string By, string? Note, int? RestoredFrom);

/// <summary>A policy with everything it is compiled of.</summary>
public sealed record PublishedPolicy(PolicyRecord Record, PolicyBundle Bundle);

/// <summary>A policy to be published.</summary>
public sealed record PolicyPublication
{
    /// <summary>Longest note, in characters.</summary>
    public const int MaxNote = 1_000;

    public required PolicyBundle Bundle { get; init; }

    /// <inheritdoc cref="PolicyRecord.By"/>
    public required string By { get; init; }

    public string? Note { get; init; }

    /// <inheritdoc cref="PolicyRecord.RestoredFrom"/>
    public int? RestoredFrom { get; init; }

    /// <summary>The number that the publisher believes to be the current one, 0 for none; null when it does not matter.</summary>
    public int? Expected { get; init; }

    /// <summary>Publishes also what is in force already, and over another's publication.</summary>
    public bool Force { get; init; }
}

/// <summary>How a publication ended.</summary>
public abstract record PublishOutcome
{
    private PublishOutcome()
    {
    }

    /// <summary>It has a number now, and is the current policy.</summary>
    public sealed record Published(PolicyRecord Record) : PublishOutcome;

    /// <summary>The current policy is the same already.</summary>
    public sealed record Unchanged(PolicyRecord Current) : PublishOutcome;

    /// <summary>Somebody published another one since the publisher looked. Nothing was changed.</summary>
    public sealed record Overtaken(PolicyRecord Current) : PublishOutcome;
}

/// <summary>Which policy a node runs.</summary>
/// <param name="Epoch">The node's life.</param>
/// <param name="Number">The policy in force on it.</param>
/// <param name="Wanted">The current policy when the node looked last.</param>
/// <param name="Problem">Why it does not run the wanted one; null when it does.</param>
public sealed record NodePolicy(string Node, long Epoch, int Number, int Wanted, string? Problem, DateTimeOffset At)
{
    /// <summary>Longest reason that is kept, in characters.</summary>
    public const int MaxProblem = 4_000;

    /// <summary>False when the node is known to be gone. Not part of what a node reports.</summary>
    public bool Runs { get; init; } = true;
}
