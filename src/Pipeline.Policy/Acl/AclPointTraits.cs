namespace Pipeline.Policy.Acl;

/// <summary>What differs between the moments at which ACLs run.</summary>
/// <param name="Option">The main option that names the ACL.</param>
/// <param name="Name">How error messages call the ACL.</param>
/// <param name="LogLabel">What follows <c>rejected</c> in the log.</param>
/// <param name="Unset">The verdict when the option is not set.</param>
/// <param name="AcceptCode">Reply code of an acceptance; 0 where there is no reply.</param>
/// <param name="AcceptText">Text of the reply to an acceptance when the ACL gives none; null where the caller has its own (greeting, EHLO answer, queue id).</param>
/// <param name="DenyCode">Reply code of a refusal; 0 where there is no reply.</param>
public sealed record AclPointTraits(
    AclPoint Point, string Option, string Name, string LogLabel, AclVerdict Unset, int AcceptCode, string? AcceptText, int DenyCode)
{
    private static readonly AclPointTraits[] Table =
    [
        new(AclPoint.Connect, "acl_smtp_connect", "connection", "connection in \"connect\" ACL", AclVerdict.Accept, 220, null, 550),
        new(AclPoint.Helo, "acl_smtp_helo", "EHLO or HELO", "EHLO or HELO", AclVerdict.Accept, 250, null, 550),
        new(AclPoint.StartTls, "acl_smtp_starttls", "STARTTLS", "STARTTLS", AclVerdict.Accept, 220, null, 550),
        new(AclPoint.Auth, "acl_smtp_auth", "AUTH", "AUTH", AclVerdict.Accept, 0, null, 503),
        new(AclPoint.Mail, "acl_smtp_mail", "MAIL", "MAIL", AclVerdict.Accept, 250, "OK", 550),
        new(AclPoint.MailAuth, "acl_smtp_mailauth", "MAILAUTH", "MAILAUTH", AclVerdict.Accept, 0, null, 0),
        new(AclPoint.Rcpt, "acl_smtp_rcpt", "RCPT", "RCPT", AclVerdict.Deny, 250, "Accepted", 550),
        new(AclPoint.Predata, "acl_smtp_predata", "PREDATA", "DATA", AclVerdict.Accept, 354, null, 550),
        new(AclPoint.Dkim, "acl_smtp_dkim", "DKIM", "DKIM", AclVerdict.Accept, 250, null, 550),
        new(AclPoint.Mime, "acl_smtp_mime", "MIME", "during MIME ACL checks", AclVerdict.Accept, 250, null, 550),
        new(AclPoint.DataPrdr, "acl_smtp_data_prdr", "PRDR", "after DATA PRDR", AclVerdict.Accept, 250, "Accepted", 550),
        new(AclPoint.Data, "acl_smtp_data", "DATA", "after DATA", AclVerdict.Accept, 250, null, 550),
        new(AclPoint.Quit, "acl_smtp_quit", "QUIT", "QUIT", AclVerdict.Accept, 221, null, 0),
        new(AclPoint.NotQuit, "acl_smtp_notquit", "NOTQUIT", "NOTQUIT", AclVerdict.Accept, 0, null, 0),
        new(AclPoint.Vrfy, "acl_smtp_vrfy", "VRFY", "VRFY", AclVerdict.Deny, 250, null, 252),
        new(AclPoint.Expn, "acl_smtp_expn", "EXPN", "EXPN", AclVerdict.Deny, 250, null, 550),
        new(AclPoint.Etrn, "acl_smtp_etrn", "ETRN", "ETRN", AclVerdict.Deny, 250, null, 458),
        new(AclPoint.NotSmtpStart, "acl_not_smtp_start", "non-SMTP-start", "non-SMTP-start", AclVerdict.Accept, 0, null, 0),
        new(AclPoint.NotSmtp, "acl_not_smtp", "non-SMTP", "by non-SMTP ACL", AclVerdict.Accept, 0, null, 550),
        new(AclPoint.NotSmtpMime, "acl_not_smtp_mime", "MIME", "during MIME ACL checks", AclVerdict.Accept, 0, null, 550),
        new(AclPoint.WellKnown, "acl_smtp_wellknown", "WELLKNOWN", "WELLKNOWN", AclVerdict.Deny, 250, null, 550),
        new(AclPoint.Atrn, "acl_smtp_atrn", "ATRN", "ATRN", AclVerdict.Accept, 250, null, 550),
        new(AclPoint.Delivery, "", "delivery", "delivery", AclVerdict.Accept, 0, null, 0),
    ];

    public static AclPointTraits Of(AclPoint point) => Table[(int)point];
}
