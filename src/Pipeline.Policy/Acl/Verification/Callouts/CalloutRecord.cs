namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>What is remembered of an address, or of a domain. Stored: members are only added.</summary>
public sealed record CalloutRecord
{
    /// <summary>Of an address.</summary>
    public CalloutFinding? Recipient { get; init; }

    /// <summary>Of a domain: whether its hosts talk to us as far as MAIL.</summary>
    public CalloutFinding? Setup { get; init; }

    /// <summary>Of a domain: whether its hosts say yes to MAIL with the null path, when that is what was refused.</summary>
    public CalloutFinding? NullSender { get; init; }

    /// <summary>Of a domain: whether it takes what cannot exist.</summary>
    public CalloutFinding? Random { get; init; }

    public CalloutFinding? Postmaster { get; init; }
}

/// <param name="Accepted">Or else refused.</param>
public sealed record CalloutFinding(bool Accepted, DateTimeOffset At);
