using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>What the ACL engine remembers of a message between its ACLs.</summary>
internal sealed class AclMessageState
{
    /// <summary>Texts of <c>warn log_message</c> already logged; each is logged once for a message.</summary>
    public HashSet<string> LoggedWarnings { get; } = new(StringComparer.Ordinal);

    /// <summary>Sender verification is done once for a message and options.</summary>
    public Dictionary<string, AddressVerification> SenderVerifications { get; } = new(StringComparer.Ordinal);

    /// <summary>Senders whose verification failure the client has been told in full.</summary>
    public HashSet<string> ToldSenders { get; } = new(StringComparer.Ordinal);

    /// <summary>Rates already computed for this message, by key.</summary>
    public Dictionary<string, double> Rates { get; } = new(StringComparer.Ordinal);
}

/// <summary>What the ACL engine remembers of a connection.</summary>
internal sealed class AclConnectionState
{
    /// <summary>Rates already computed for this connection, by key.</summary>
    public Dictionary<string, double> Rates { get; } = new(StringComparer.Ordinal);

    /// <summary>Rates computed during this command, by key. The data of a message belong to its DATA.</summary>
    public Dictionary<string, double> CommandRates { get; } = new(StringComparer.Ordinal);

    /// <summary>The name of EHLO or HELO that was verified last, and whether it is the client's.</summary>
    public (string Name, bool IsGenuine)? VerifiedHelo { get; set; }
}
