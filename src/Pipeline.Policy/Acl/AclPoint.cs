namespace Pipeline.Policy.Acl;

/// <summary>The moments at which an ACL may run (Exim specification, "The ACLs").</summary>
public enum AclPoint
{
    Connect = 0,
    Helo = 1,
    StartTls = 2,
    Auth = 3,
    Mail = 4,

    /// <summary>The AUTH parameter of MAIL.</summary>
    MailAuth = 5,
    Rcpt = 6,

    /// <summary>The DATA command, before any data.</summary>
    Predata = 7,

    /// <summary>Once for each signer, after the data.</summary>
    Dkim = 8,

    /// <summary>Once for each MIME part, after the data.</summary>
    Mime = 9,

    /// <summary>Once for each recipient, after the data, when PRDR was negotiated.</summary>
    DataPrdr = 10,

    /// <summary>After the data.</summary>
    Data = 11,
    Quit = 12,

    /// <summary>The connection ends other than by QUIT.</summary>
    NotQuit = 13,
    Vrfy = 14,
    Expn = 15,
    Etrn = 16,
    NotSmtpStart = 17,
    NotSmtp = 18,
    NotSmtpMime = 19,
    WellKnown = 20,
    Atrn = 21,

    /// <summary>Called from an expansion while a message is routed or delivered.</summary>
    Delivery = 22,
}
