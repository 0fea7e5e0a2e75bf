namespace Pipeline.Mail.Smtp;

/// <summary>The commands this server knows by name. <see cref="Unknown"/> is everything else.</summary>
public enum SmtpVerb
{
    Unknown = 0,
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,
    StartTls,
    Auth,
    Etrn,
}
