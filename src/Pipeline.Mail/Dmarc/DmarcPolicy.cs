namespace Pipeline.Mail.Dmarc;

/// <summary>What a domain owner asks for messages that fail (RFC 9989 section 4.7, tags p, sp and np), from the mildest. The numbers are stored.</summary>
public enum DmarcPolicy
{
    None = 0,
    Quarantine = 1,
    Reject = 2,
}

public static class DmarcPolicyWords
{
    extension(DmarcPolicy policy)
    {
        /// <summary>The word of the record: none, quarantine, reject.</summary>
        public string Word => policy switch
        {
            DmarcPolicy.Reject => "reject",
            DmarcPolicy.Quarantine => "quarantine",
            _ => "none",
        };

        /// <summary>One level milder: what t=y of RFC 9989 and the unsampled share of pct= of RFC 7489 get.</summary>
        public DmarcPolicy Milder => policy == DmarcPolicy.None ? DmarcPolicy.None : policy - 1;
    }
}
