namespace Pipeline.Policy.Acl;

/// <summary>A set of <see cref="AclPoint"/>s.</summary>
[Flags]
internal enum AclPoints
{
    None = 0,
    Connect = 1 << AclPoint.Connect,
    Helo = 1 << AclPoint.Helo,
    StartTls = 1 << AclPoint.StartTls,
    Auth = 1 << AclPoint.Auth,
    Mail = 1 << AclPoint.Mail,
    MailAuth = 1 << AclPoint.MailAuth,
    Rcpt = 1 << AclPoint.Rcpt,
    Predata = 1 << AclPoint.Predata,
    Dkim = 1 << AclPoint.Dkim,
    Mime = 1 << AclPoint.Mime,
    DataPrdr = 1 << AclPoint.DataPrdr,
    Data = 1 << AclPoint.Data,
    Quit = 1 << AclPoint.Quit,
    NotQuit = 1 << AclPoint.NotQuit,
    Vrfy = 1 << AclPoint.Vrfy,
    Expn = 1 << AclPoint.Expn,
    Etrn = 1 << AclPoint.Etrn,
    NotSmtpStart = 1 << AclPoint.NotSmtpStart,
    NotSmtp = 1 << AclPoint.NotSmtp,
    NotSmtpMime = 1 << AclPoint.NotSmtpMime,
    WellKnown = 1 << AclPoint.WellKnown,
    Atrn = 1 << AclPoint.Atrn,
    Delivery = 1 << AclPoint.Delivery,

    All = (1 << 23) - 1,

    /// <summary>Those without an SMTP session.</summary>
    Local = NotSmtpStart | NotSmtp | NotSmtpMime | Delivery,
    Smtp = All & ~Local,

    /// <summary>Those that concern one message.</summary>
    Message = Mail | Rcpt | Predata | Mime | Dkim | Data | DataPrdr | NotSmtp | NotSmtpMime,

    /// <summary>Those before the data of a message arrive.</summary>
    Envelope = Mail | Rcpt | Predata,

    /// <summary>Those that see the whole message.</summary>
    Content = Data | DataPrdr | NotSmtp,

    /// <summary>Those of a command for which another ACL has run before.</summary>
    OfSameCommand = Content | Mime | Dkim | NotSmtpMime,

    /// <summary>Those that know one recipient.</summary>
    Recipient = Rcpt | Vrfy | DataPrdr,

    /// <summary>Those that come before, or have nothing to do with, an envelope sender.</summary>
    WithoutSender = Connect | Helo | StartTls | Auth | MailAuth | Quit | NotQuit | Etrn | Expn | Vrfy | WellKnown | Atrn,
}

internal static class AclPointsExtensions
{
    extension(AclPoint point)
    {
        public AclPoints AsSet => (AclPoints)(1 << (int)point);
    }

    extension(AclPoints set)
    {
        public bool Contains(AclPoint point) => (set & point.AsSet) != 0;
    }
}
