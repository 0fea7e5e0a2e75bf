using Pipeline.Mail.Addressing;

namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>What the hosts of an address are to be asked.</summary>
public sealed record CalloutQuestion
{
    /// <summary>Whom MAIL names.</summary>
    public required EnvelopeAddress Sender { get; init; }

    public required EnvelopeAddress Recipient { get; init; }

    /// <summary>Asked about first: a host that takes it takes everything. Null to leave this out.</summary>
    public EnvelopeAddress? Random { get; init; }

    /// <summary>Whom MAIL names when the postmaster of the domain is asked about, once the recipient was taken; null to leave this out.</summary>
    public EnvelopeAddress? PostmasterSender { get; init; }

    /// <summary>A refused <c>postmaster@domain</c> is asked about once more without its domain (RFC 5321 section 2.3.5).</summary>
    public bool FullPostmaster { get; init; }

    /// <summary>The message is under REQUIRETLS: only hosts that promise to keep to it count (RFC 8689).</summary>
    public bool RequireTls { get; init; }

    /// <summary>For each command and its reply.</summary>
    public required TimeSpan CommandTimeout { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>Once so much time has passed, no further host is tried.</summary>
    public required TimeSpan MaxWait { get; init; }
}

/// <summary>How a callout ended. The numbers are not stored.</summary>
public enum CalloutOutcome
{
    /// <summary>The address was taken, or one that cannot exist was.</summary>
    Accepted = 0,

    /// <summary>A 5xx reply to the connection, to HELO, or to MAIL.</summary>
    SetupRefused = 1,

    /// <summary>A 5xx reply to the recipient.</summary>
    RecipientRefused = 2,

    /// <summary>The recipient was taken, the postmaster refused.</summary>
    PostmasterRefused = 3,

    /// <summary>No host said anything final.</summary>
    Undecided = 4,

    /// <summary>No host may have a message that is under REQUIRETLS.</summary>
    RequireTlsMissing = 5,
}

/// <summary>What the hosts said.</summary>
public sealed record CalloutAnswer(CalloutOutcome Outcome)
{
    /// <summary>Whether an address that cannot exist was taken; null when it was not asked about, or not answered.</summary>
    public bool? RandomAccepted { get; init; }

    /// <summary>Whether the postmaster was taken; null when it was not asked about, or not answered.</summary>
    public bool? PostmasterAccepted { get; init; }

    /// <summary>MAIL was what was refused, not the connection or HELO.</summary>
    public bool MailRefused { get; init; }

    /// <summary>The host that was called last; null when there was none to call.</summary>
    public System.Net.IPEndPoint? Called { get; init; }

    /// <summary>The command that was refused; empty when none was.</summary>
    public string Sent { get; init; } = "";

    /// <summary>The reply that refused it, its lines joined by LF, each with its code; empty when none did.</summary>
    public string Response { get; init; } = "";

    /// <summary>For the log: host, address and what happened; empty when the address was taken.</summary>
    public string Log { get; init; } = "";
}
