using System.Buffers;

namespace Pipeline.Mail.Smtp;

/// <summary>Parses one command line (RFC 5321 section 4.1.1 with the extensions of <see cref="SmtpExtensions"/>).</summary>
public static class SmtpCommandParser
{
    private static readonly SearchValues<byte> ControlOctets = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    /// <param name="line">The line without its CRLF.</param>
    /// <param name="grammar">How far addresses may depart from RFC 5321.</param>
    /// <param name="offered">The extensions whose parameters may be used.</param>
    /// <param name="smtpUtf8">MAIL of this transaction had SMTPUTF8, so RCPT may name an internationalised address.</param>
    /// <returns>The command; <see cref="SmtpCommand.Invalid"/> with the reply to give when the line is none. Never throws for what the line is.</returns>
    public static SmtpCommand Parse(ReadOnlySpan<byte> line, SmtpGrammar grammar, SmtpExtensions offered, bool smtpUtf8)
    {
        int end = line.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = end < 0 ? line : line[..end];
        SmtpVerb verb = SmtpVerbNames.Recognise(word);
        if (line.Length + 2 > SmtpCommandLineLimit.Of(verb))
        {
            return SmtpSyntaxError.LineTooLong(verb);
        }

        if (line.ContainsAny(ControlOctets))
        {
            return SmtpSyntaxError.ControlCharacter(verb);
        }

        ReadOnlySpan<byte> argument = end < 0 ? [] : line[end..].Trim(" \t"u8);
        return verb switch
        {
            SmtpVerb.Ehlo => HelloCommandParser.Parse(argument, extended: true),
            SmtpVerb.Helo => HelloCommandParser.Parse(argument, extended: false),
            SmtpVerb.Mail => MailCommandParser.Parse(argument, grammar, offered),
            SmtpVerb.Rcpt => RecipientCommandParser.Parse(argument, grammar, offered, smtpUtf8),
            SmtpVerb.Bdat => ChunkCommandParser.Parse(argument),
            SmtpVerb.Data => BareCommandParser.Parse(argument, SmtpCommand.Bare.Data),
            SmtpVerb.Rset => BareCommandParser.Parse(argument, SmtpCommand.Bare.Reset),
            SmtpVerb.Quit => BareCommandParser.Parse(argument, SmtpCommand.Bare.Quit),
            SmtpVerb.StartTls => BareCommandParser.Parse(argument, SmtpCommand.Bare.StartTls),
            SmtpVerb.Noop or SmtpVerb.Help => TextCommandParser.Parse(verb, argument, required: false),
            SmtpVerb.Auth => AuthCommandParser.Parse(argument),
            SmtpVerb.Vrfy or SmtpVerb.Expn or SmtpVerb.Etrn => TextCommandParser.Parse(verb, argument, required: true),
            _ => SmtpSyntaxError.Unrecognised,
        };
    }

    /// <summary>Reads a line that answers a challenge of AUTH: where one is awaited, no line is a command.</summary>
    /// <param name="line">The line without its CRLF.</param>
    /// <returns><see cref="SmtpCommand.AuthenticationResponse"/>, or <see cref="SmtpCommand.Invalid"/>, which ends the exchange.</returns>
    public static SmtpCommand ParseAuthResponse(ReadOnlySpan<byte> line) => AuthCommandParser.ParseResponse(line);
}
