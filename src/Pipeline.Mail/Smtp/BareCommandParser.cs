namespace Pipeline.Mail.Smtp;

/// <summary>Verbs that take no argument: 501 if there is one (RFC 5321 section 4.1.1.4 ff., RFC 3207 section 4).</summary>
internal static class BareCommandParser
{
    public static SmtpCommand Parse(ReadOnlySpan<byte> argument, SmtpCommand.Bare command) =>
        argument.IsEmpty ? command : SmtpSyntaxError.Argument(command.Verb, "unexpected argument data");
}
