namespace Pipeline.Messages.Journal;

/// <summary>An operator did something by hand.</summary>
/// <param name="Action"><see cref="Removed"/> takes every waiting recipient out of the queue; <see cref="Retried"/> tries them at once.</param>
public sealed record OperatorActed(string Action, string By) : JournalEvent
{
    public const string Removed = "removed";
    public const string Retried = "retried";
}

/// <summary>An operator has added a recipient to a queued message; from here on it is like one of the envelope.</summary>
public sealed record RecipientAdded(int Recipient, string Address, string By) : RecipientEvent(Recipient);

/// <summary>An operator says that a recipient has the message, or needs none: nothing more is tried, and nobody is told.</summary>
public sealed record RecipientMarkedDelivered(int Recipient, string By) : RecipientEvent(Recipient);

/// <summary>An operator has given a queued message another envelope sender.</summary>
/// <param name="To">Empty for the null sender.</param>
public sealed record SenderChanged(string To, string By) : JournalEvent;
