using System.Text;

namespace Pipeline.Mail.Smtp;

/// <summary>Recognises command verbs (RFC 5321 section 2.4: without regard to case) and names them.</summary>
public static class SmtpVerbNames
{
    /// <summary>The verb spelt by <paramref name="word"/>, the octets before the first blank.</summary>
    public static SmtpVerb Recognise(ReadOnlySpan<byte> word) => word.Length switch
    {
        4 => RecogniseFour(word),
        8 when Ascii.EqualsIgnoreCase(word, "STARTTLS"u8) => SmtpVerb.StartTls,
        _ => SmtpVerb.Unknown,
    };

    /// <summary>The verb as it is written on the wire; <c>unknown</c> for <see cref="SmtpVerb.Unknown"/>.</summary>
    public static string Of(SmtpVerb verb) => verb switch
    {
        SmtpVerb.Ehlo => "EHLO",
        SmtpVerb.Helo => "HELO",
        SmtpVerb.Mail => "MAIL",
        SmtpVerb.Rcpt => "RCPT",
        SmtpVerb.Data => "DATA",
        SmtpVerb.Bdat => "BDAT",
        SmtpVerb.Rset => "RSET",
        SmtpVerb.Noop => "NOOP",
        SmtpVerb.Vrfy => "VRFY",
        SmtpVerb.Expn => "EXPN",
        SmtpVerb.Help => "HELP",
        SmtpVerb.Quit => "QUIT",
        SmtpVerb.StartTls => "STARTTLS",
        SmtpVerb.Auth => "AUTH",
        SmtpVerb.Etrn => "ETRN",
        _ => "unknown",
    };

    private static SmtpVerb RecogniseFour(ReadOnlySpan<byte> word)
    {
        // Setting bit 5 folds ASCII letters, and only the two cases of a letter fold onto it.
        uint folded = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(word) | 0x20202020u;
        return folded switch
        {
            0x65686c6f => SmtpVerb.Ehlo,
            0x68656c6f => SmtpVerb.Helo,
            0x6d61696c => SmtpVerb.Mail,
            0x72637074 => SmtpVerb.Rcpt,
            0x64617461 => SmtpVerb.Data,
            0x62646174 => SmtpVerb.Bdat,
            0x72736574 => SmtpVerb.Rset,
            0x6e6f6f70 => SmtpVerb.Noop,
            0x76726679 => SmtpVerb.Vrfy,
            0x6578706e => SmtpVerb.Expn,
            0x68656c70 => SmtpVerb.Help,
            0x71756974 => SmtpVerb.Quit,
            0x61757468 => SmtpVerb.Auth,
            0x6574726e => SmtpVerb.Etrn,
            _ => SmtpVerb.Unknown,
        };
    }
}
