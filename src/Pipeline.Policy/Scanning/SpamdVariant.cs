namespace Pipeline.Policy.Scanning;

/// <summary>What a server of <c>spamd_address</c> speaks.</summary>
public enum SpamdVariant
{
    SpamAssassin = 0,

    /// <summary>rspamd's form of the same protocol, RSPAMC: it is told the envelope too.</summary>
    Rspamd = 1,
}
