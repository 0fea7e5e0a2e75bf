namespace Pipeline.Mail.Smtp;

/// <summary>Makes the results for lines that are no correct command: RFC 5321 codes with the enhanced codes of RFC 3463.</summary>
internal static class SmtpSyntaxError
{
    private static readonly EnhancedStatusCode SyntaxError = new(5, 5, 2);
    private static readonly EnhancedStatusCode InvalidArguments = new(5, 5, 4);

    private static readonly SmtpReply UnrecognisedCommand = new(500, SyntaxError, "unrecognized command");
    private static readonly SmtpReply TooLong = new(500, SyntaxError, "line too long");
    private static readonly SmtpReply ControlOctet = new(500, SyntaxError, "control character in command");

    public static SmtpCommand.Invalid Unrecognised { get; } = new(SmtpVerb.Unknown, UnrecognisedCommand, "unrecognized command");

    public static SmtpCommand.Invalid LineTooLong(SmtpVerb verb) => new(verb, TooLong, "command line too long", verb == SmtpVerb.Bdat);

    public static SmtpCommand.Invalid ControlCharacter(SmtpVerb verb) =>
        new(verb, ControlOctet, "control character in command", verb == SmtpVerb.Bdat);

    /// <summary>501 5.5.2: what should be BASE64 is not (RFC 4954 section 4). What it was may be half a password, and is not shown.</summary>
    public static SmtpCommand.Invalid Base64 { get; } = new(SmtpVerb.Auth, new SmtpReply(501, SyntaxError, "Invalid base64 data"), "invalid base64 data");

    /// <summary>500 5.5.6 (RFC 4954 section 4).</summary>
    public static SmtpCommand.Invalid AuthLineTooLong { get; } = new(
        SmtpVerb.Auth, new SmtpReply(500, new EnhancedStatusCode(5, 5, 6), "Authentication exchange line is too long"), "response line too long");

    /// <summary>501 5.5.4: the argument, or a parameter, is not what the verb takes.</summary>
    public static SmtpCommand.Invalid Argument(SmtpVerb verb, string text) => new(verb, new SmtpReply(501, InvalidArguments, text), text);

    /// <summary>501 5.5.4 after BDAT, whose octets can then not be counted.</summary>
    public static SmtpCommand.Invalid ChunkSize(string text) =>
        new(SmtpVerb.Bdat, new SmtpReply(501, InvalidArguments, text), text, LosesFraming: true);

    /// <summary>555 5.5.4: a parameter that no offered extension defines (RFC 5321 section 4.1.1.11).</summary>
    public static SmtpCommand.Invalid Parameter(SmtpVerb verb, string name) =>
        new(verb, new SmtpReply(555, InvalidArguments, $"parameter {name} not recognized or not implemented"), $"unknown parameter {name}");

    /// <summary>555 5.5.4: a parameter of MAIL whose extension is known and not offered to this client now.</summary>
    public static SmtpCommand.Invalid Unadvertised(string name) =>
        new(SmtpVerb.Mail, new SmtpReply(555, InvalidArguments, $"unadvertised MAIL option: {name}"), $"unadvertised parameter {name}");

    /// <summary>501 5.1.7 for a sender, 501 5.1.3 for a recipient: the address is no address.</summary>
    /// <param name="path">What was to be one.</param>
    public static SmtpCommand.Invalid Address(SmtpVerb verb, string path, string reason) => new(verb, new SmtpReply(501, BadAddress(verb), $"{path}: {reason}"), reason);

    /// <summary>An address without a domain, which this client may not use.</summary>
    /// <param name="path">As it was written.</param>
    public static SmtpCommand.Invalid Unqualified(SmtpVerb verb, string path)
    {
        string whose = verb == SmtpVerb.Mail ? "sender" : "recipient";
        return new SmtpCommand.Invalid(
            verb, new SmtpReply(501, BadAddress(verb), $"{path}: {whose} address must contain a domain"), $"unqualified {whose} rejected: {path}", IsUnqualified: true);
    }

    private static EnhancedStatusCode BadAddress(SmtpVerb verb) => verb == SmtpVerb.Mail ? new EnhancedStatusCode(5, 1, 7) : new EnhancedStatusCode(5, 1, 3);

    /// <summary>553 5.6.7 (RFC 6531 section 3.5): the address needs SMTPUTF8, which was not asked for.</summary>
    public static SmtpCommand.Invalid Internationalised(SmtpVerb verb) =>
        new(verb, new SmtpReply(553, new EnhancedStatusCode(5, 6, 7), "non-ASCII address without SMTPUTF8"), "non-ASCII address without SMTPUTF8");
}
