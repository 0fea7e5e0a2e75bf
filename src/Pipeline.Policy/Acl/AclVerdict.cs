namespace Pipeline.Policy.Acl;

/// <summary>How an ACL ended. The numbers are stored.</summary>
public enum AclVerdict
{
    Accept = 0,

    /// <summary>Refuse for good.</summary>
    Deny = 1,

    /// <summary>Refuse for good, and close the connection after the reply.</summary>
    Drop = 2,

    /// <summary>Refuse for now.</summary>
    Defer = 3,

    /// <summary>Accept, and deliver to nobody.</summary>
    Discard = 4,

    /// <summary>The ACL itself is at fault; the client is told to try later.</summary>
    Error = 5,
}
