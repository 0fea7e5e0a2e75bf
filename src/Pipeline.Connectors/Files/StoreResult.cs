using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Files;

/// <summary>What became of a copy.</summary>
/// <param name="Warns">It has taken the mailbox beyond the threshold of its quota.</param>
internal readonly record struct StoreResult(DeliveryOutcome Outcome, bool Warns = false)
{
    public static implicit operator StoreResult(DeliveryOutcome outcome) => new(outcome);
}
