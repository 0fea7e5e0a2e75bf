using Pipeline.Mail.Dmarc;

namespace Pipeline.Policy.Acl;

/// <summary>What became of the question of DMARC for one message.</summary>
public abstract record DmarcOutcome
{
    private DmarcOutcome()
    {
    }

    /// <summary>A control of an ACL has switched it off.</summary>
    public sealed record Off : DmarcOutcome;

    /// <summary>It was not asked: the message is not from outside, or this machine lacks what it takes.</summary>
    /// <param name="AuthorDomain">Of the From field; empty when it was not looked at.</param>
    public sealed record Skipped(string Reason, string AuthorDomain) : DmarcOutcome;

    public sealed record Judged(DmarcResult Result) : DmarcOutcome;
}
