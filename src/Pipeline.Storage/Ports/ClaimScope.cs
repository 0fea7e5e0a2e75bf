using System.Collections.Immutable;

namespace Pipeline.Storage.Ports;

/// <summary>What a message in the queue waits for. The numbers are stored.</summary>
public enum QueueStage
{
    /// <summary>The recipient that is due first has no destination yet.</summary>
    ToRoute = 0,

    /// <summary>The recipient that is due first has a destination, or every recipient has ended and the message is to be completed.</summary>
    ToDeliver = 1,
}

/// <summary>Which of the due messages a claim is for.</summary>
public sealed record ClaimScope
{
    public static ClaimScope Any { get; } = new();

    public ImmutableArray<QueueStage> Stages { get; init; } = [QueueStage.ToRoute, QueueStage.ToDeliver];

    /// <summary>Messages for one destination in one claim, at most, so that a destination with a long queue leaves room for others; null: no limit.</summary>
    public int? MaxPerDestination { get; init; }

    /// <summary>Destinations whose messages come first, up to the limit of the claim: those to which a connection is open.</summary>
    public ImmutableArray<string> Preferred { get; init; } = [];

    /// <summary>Whether the order of the queue alone decides.</summary>
    internal bool IsPlain => MaxPerDestination is null && Preferred.IsEmpty;
}
