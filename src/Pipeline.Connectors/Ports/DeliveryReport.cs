using System.Collections.Immutable;
using Pipeline.Mail.Reply;

namespace Pipeline.Connectors.Ports;

/// <summary>What became of an attempt: one report per recipient of the job.</summary>
public sealed record DeliveryReport(ImmutableArray<RecipientReport> Recipients)
{
    /// <summary>The same outcome for every recipient of a job.</summary>
    public static DeliveryReport ForAll(ImmutableArray<DeliveryRecipient> recipients, DeliveryOutcome outcome, string? output = null) =>
        new([.. recipients.Select(recipient => new RecipientReport(recipient.Index, outcome, output))]);
}

/// <param name="Index">The index of the <see cref="DeliveryRecipient"/>.</param>
/// <param name="Output">For the log: the first line of what a program wrote, where the transport wants it.</param>
public sealed record RecipientReport(int Index, DeliveryOutcome Outcome, string? Output = null)
{
    /// <summary>For the log: the shadow transport that had the message as well, with what went wrong there in parentheses.</summary>
    public string? Shadow { get; init; }

    /// <summary>No transport was run: the message was taken for delivered.</summary>
    public bool IsPretended { get; init; }

    /// <summary>A message that is to be accepted together with this success.</summary>
    public AutomaticReply? Reply { get; init; }
}
