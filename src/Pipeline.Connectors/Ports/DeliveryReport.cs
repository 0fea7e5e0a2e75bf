using System.Collections.Immutable;

namespace Pipeline.Connectors.Ports;

/// <summary>What became of an attempt: one report per recipient of the job.</summary>
public sealed record DeliveryReport(ImmutableArray<RecipientReport> Recipients)
{
    /// <summary>The same outcome for every recipient of a job.</summary>
    public static DeliveryReport ForAll(ImmutableArray<DeliveryRecipient> recipients, DeliveryOutcome outcome) =>
        new([.. recipients.Select(recipient => new RecipientReport(recipient.Index, outcome))]);
}

/// <param name="Index">The index of the <see cref="DeliveryRecipient"/>.</param>
public sealed record RecipientReport(int Index, DeliveryOutcome Outcome);
