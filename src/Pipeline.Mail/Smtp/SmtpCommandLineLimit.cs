namespace Pipeline.Mail.Smtp;

/// <summary>How long a command line may be, in octets with its CRLF: 512 (RFC 5321 section 4.5.3.1.4) and what extensions add.</summary>
public static class SmtpCommandLineLimit
{
    /// <summary>The bound for a verb that no extension lengthens.</summary>
    public const int Plain = 512;

    /// <summary>SIZE adds 26 (RFC 1870), BODY 17 (RFC 6152), SMTPUTF8 10 and 460 for longer addresses (RFC 6531 section 3.1), AUTH= 500 (RFC 4954), RET and ENVID 118.</summary>
    public const int Mail = Plain + 26 + 17 + 10 + 460 + 500 + 118;

    /// <summary>ORCPT and NOTIFY add 500 and 29 (RFC 3461), SMTPUTF8 460 (RFC 6531 section 3.1).</summary>
    public const int Recipient = Plain + 500 + 29 + 460;

    /// <summary>AUTH with an initial response (RFC 4954 section 4).</summary>
    public const int Auth = 12288;

    /// <summary>The longest line of any verb: what a reader must be ready to hold before it knows the verb.</summary>
    public const int Longest = Auth;

    public static int Of(SmtpVerb verb) => verb switch
    {
        SmtpVerb.Mail => Mail,
        SmtpVerb.Rcpt => Recipient,
        SmtpVerb.Auth => Auth,
        _ => Plain,
    };
}
