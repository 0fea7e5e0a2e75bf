namespace Pipeline.Messages.Journal;

/// <summary>The message is frozen: nothing is tried until somebody or something thaws it. Of one that is frozen already, only the time changes at which it is looked at again.</summary>
/// <param name="Reason">What led to it; empty when somebody wanted it.</param>
/// <param name="By">Who wanted it: an operator, or <see cref="ByAcl"/>; null when a router or a transport met something that waiting does not mend.</param>
/// <param name="LookAgain">When the policy may thaw or cancel it.</param>
public sealed record MessageFrozen(string Reason, string? By, DateTimeOffset LookAgain) : JournalEvent
{
    public const string ByAcl = "ACL";
}

/// <summary>The message is not frozen any more: every recipient that waits is due.</summary>
/// <param name="By">An operator, or one of the constants.</param>
public sealed record MessageThawed(string By) : JournalEvent
{
    /// <summary>Its time under the option of this name is over.</summary>
    public const string ByAutoThaw = "auto-thaw";

    /// <summary>Somebody wants it delivered now.</summary>
    public const string ByDelivery = "forced delivery";
}

/// <summary>A message is given up: its recipients fail.</summary>
/// <param name="By">An operator, or the option that says so of a frozen message.</param>
public sealed record MessageCancelled(string By) : JournalEvent
{
    public const string ByTimeout = "timeout_frozen_after";
}
