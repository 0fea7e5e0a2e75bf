using Pipeline.Mail.Smtp;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>What an ACL decided.</summary>
public sealed record AclOutcome
{
    public required AclPoint Point { get; init; }

    public required AclVerdict Verdict { get; init; }

    /// <summary>What the client should read, with the code it may begin with taken off; null when nobody said anything.</summary>
    public string? UserMessage { get; init; }

    /// <summary>What the log should say: one line; null when there is nothing to say.</summary>
    public string? LogMessage { get; init; }

    /// <summary>The reply for this point; null where nothing is sent, and for an acceptance whose text is the caller's (greeting, EHLO, queue id).</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>The statement that decided; null for the implicit deny at the end, for an ACL that is not set, and for a broken one.</summary>
    public AclStatement? Deciding { get; init; }

    /// <summary>The connection must be closed after the reply.</summary>
    public bool CloseConnection { get; init; }

    /// <summary>Where a refusal is logged.</summary>
    public PolicyLogTarget RejectLogTarget { get; init; } = PolicyLogTarget.Main | PolicyLogTarget.Reject;

    public bool IsAccepted => Verdict is AclVerdict.Accept or AclVerdict.Discard;
}
