namespace Pipeline.Mail.Smtp;

/// <summary>The extensions whose parameters MAIL and RCPT may use now: those that the last EHLO offered. HELO offers none.</summary>
[Flags]
public enum SmtpExtensions
{
    None = 0,

    /// <summary>SIZE (RFC 1870).</summary>
    Size = 1,

    /// <summary>BODY=7BIT and BODY=8BITMIME (RFC 6152).</summary>
    EightBitMime = 2,

    /// <summary>BODY=BINARYMIME (RFC 3030).</summary>
    BinaryMime = 4,

    /// <summary>SMTPUTF8 (RFC 6531).</summary>
    SmtpUtf8 = 8,

    /// <summary>RET, ENVID, NOTIFY and ORCPT (RFC 3461).</summary>
    Dsn = 16,

    /// <summary>AUTH= of MAIL (RFC 4954 section 5).</summary>
    Auth = 32,

    /// <summary>PRDR of MAIL (draft-hall-prdr).</summary>
    Prdr = 64,

    /// <summary>REQUIRETLS of MAIL (RFC 8689).</summary>
    RequireTls = 128,
}
