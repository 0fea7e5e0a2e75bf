namespace Pipeline.Policy.Acl;

/// <summary>What a statement does when its conditions hold.</summary>
public enum AclVerb
{
    Accept = 0,
    Defer = 1,
    Deny = 2,
    Discard = 3,
    Drop = 4,
    Require = 5,
    Warn = 6,
}

public static class AclVerbExtensions
{
    extension(AclVerb verb)
    {
        /// <summary>The verb as it is written.</summary>
        public string Word => verb switch
        {
            AclVerb.Accept => "accept",
            AclVerb.Defer => "defer",
            AclVerb.Deny => "deny",
            AclVerb.Discard => "discard",
            AclVerb.Drop => "drop",
            AclVerb.Require => "require",
            _ => "warn",
        };

        /// <summary>Whether <c>message</c> and <c>log_message</c> mean something when the conditions end so.</summary>
        public bool UsesMessages(bool conditionsHold) => verb switch
        {
            AclVerb.Accept or AclVerb.Discard => true,
            AclVerb.Require => !conditionsHold,
            _ => conditionsHold,
        };
    }

    public static AclVerb? Parse(ReadOnlySpan<char> word) => word switch
    {
        "accept" => AclVerb.Accept,
        "defer" => AclVerb.Defer,
        "deny" => AclVerb.Deny,
        "discard" => AclVerb.Discard,
        "drop" => AclVerb.Drop,
        "require" => AclVerb.Require,
        "warn" => AclVerb.Warn,
        _ => null,
    };
}
