using System.Collections.Immutable;

namespace Pipeline.Policy.Acl;

/// <summary>Checks of a message whose results an ACL can ask for.</summary>
[Flags]
public enum AclChecks
{
    None = 0,
    Spf = 1,
    Dkim = 2,
    Arc = 4,
    Dmarc = 8,
    Dcc = 16,
    Spam = 32,
    Malware = 64,
    Brightmail = 128,

    /// <summary>The client's name by reverse DNS.</summary>
    HostName = 256,

    All = Spf | Dkim | Arc | Dmarc | Dcc | Spam | Malware | Brightmail | HostName,
}

/// <summary>What ACLs can ask for.</summary>
/// <param name="ScanUsers">The users that <c>spam =</c> names in so many words; one that depends on the message is not among them.</param>
/// <param name="AuthServIds">The names under which <c>${authresults{…}}</c> vouches, as far as they are written in so many words.</param>
public sealed record AclDemand(AclChecks Checks, ImmutableArray<string> ScanUsers, ImmutableArray<string> AuthServIds);
