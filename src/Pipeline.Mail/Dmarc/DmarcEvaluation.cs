namespace Pipeline.Mail.Dmarc;

/// <summary>By which document a message is judged. They differ in how the organisational domain is found and in some tags.</summary>
public enum DmarcEvaluation
{
    /// <summary>By walking up the tree of DNS; tags np, psd and t.</summary>
    Rfc9989 = 0,

    /// <summary>By the public suffix list; tags pct, rf and ri.</summary>
    Rfc7489 = 1,
}
