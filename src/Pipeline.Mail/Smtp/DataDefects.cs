namespace Pipeline.Mail.Smtp;

/// <summary>What was wrong with the octets of a message as they came over the wire.</summary>
[Flags]
public enum DataDefects
{
    None = 0,

    /// <summary>A CR that no LF follows (RFC 5321 section 2.3.8).</summary>
    BareCr = 1,

    /// <summary>An LF that no CR precedes (RFC 5321 section 2.3.8).</summary>
    BareLf = 2,

    /// <summary>An octet 0, which neither 7bit nor 8bit content may hold (RFC 2045 section 2.7).</summary>
    Nul = 4,
}
