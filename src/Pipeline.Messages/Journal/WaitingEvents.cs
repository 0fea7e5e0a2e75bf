namespace Pipeline.Messages.Journal;

/// <summary>The message is frozen: nothing is tried until somebody or something thaws it. Of one that is frozen already, only the time changes at which it is looked at again.</summary>
/// <param name="Reason">What led to it; empty when somebody wanted it.</param>
/// <param name="By">Who wanted it: an operator, or <see cref="ByAcl"/>; null when a router or a transport met something that waiting does not mend.</param>
/// <param name="LookAgain">When the policy may thaw or cancel it.</param>
public sealed record MessageFrozen(string Reason, string? By, DateTimeOffset LookAgain) : JournalEvent
{
    public const string ByAcl = "ACL";

    /// <summary>The <see cref="Reason"/> of a notification that cannot be delivered.</summary>
    public const string DeliveryError = "delivery error message";
}

/// <summary>The message is not frozen any more: every recipient that waits is due.</summary>
/// <param name="By">An operator, or one of the constants.</param>
public sealed record MessageThawed(string By) : JournalEvent
{
    /// <summary>Its time under the option of this name is over.</summary>
    public const string ByAutoThaw = "auto-thaw";

    /// <summary>The time of a notification under <c>ignore_bounce_errors_after</c> is over: it is tried once more.</summary>
    public const string ByErrorTimer = "errmsg timer";

    /// <summary>Somebody wants it delivered now.</summary>
    public const string ByDelivery = "forced delivery";
}

/// <summary>A frozen message is given up: its recipients fail.</summary>
/// <param name="By">The option that says so.</param>
public sealed record MessageCancelled(string By) : JournalEvent
{
    public const string ByTimeout = "timeout_frozen_after";
}

/// <summary>The message is only put into the queue: nothing is tried before a queue run, or before somebody forces it.</summary>
/// <param name="Reason">What is logged of it, in Exim's words; null when nothing is.</param>
/// <param name="LookAgain">When its recipients are due: the time that stands for a queue run.</param>
public sealed record MessagePostponed(string? Reason, DateTimeOffset LookAgain) : JournalEvent;

/// <summary>One recipient is not tried for now, though nothing has failed: retry rules do not count the time.</summary>
/// <param name="Reason">One of the constants, which are Exim's words.</param>
/// <param name="LookAgain">When it is due: a time, or the one that stands for a queue run.</param>
/// <param name="Router">The router that took it; null when none was asked.</param>
/// <param name="Transport">The transport that it waits for; null when none was found.</param>
public sealed record RecipientPostponed(int Recipient, string Reason, DateTimeOffset LookAgain, string? Router = null, string? Transport = null) : RecipientEvent(Recipient)
{
    /// <summary>By <c>hold_domains</c>.</summary>
    public const string Held = "domain is held";

    /// <summary>By <c>queue_domains</c>.</summary>
    public const string InQueueDomains = "domain is in queue_domains";

    /// <summary>By <c>queue_smtp_domains</c>, <c>-odqs</c>, <c>queue_only_file</c> or <c>control = queue/first_pass_route</c>.</summary>
    public const string RoutedOnly = "first-pass only routing due to -odqs, queue_smtp_domains or control=queue";
}

/// <summary>A queue run has come to the message: recipients that wait for one are due.</summary>
public sealed record QueueRunReached : JournalEvent;
