using System.Buffers;
using System.Text;

namespace Pipeline.Mail.Smtp;

/// <summary>EHLO and HELO (RFC 5321 section 4.1.1.1): one word. Whether it is a host name is for policy, which may accept junk.</summary>
internal static class HelloCommandParser
{
    /// <summary>The longest domain or address literal (RFC 5321 section 4.5.3.1.2).</summary>
    private const int MaxName = 255;

    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t"u8);

    public static SmtpCommand Parse(ReadOnlySpan<byte> argument, bool extended)
    {
        SmtpVerb verb = extended ? SmtpVerb.Ehlo : SmtpVerb.Helo;
        if (argument.IsEmpty || argument.Length > MaxName || argument.ContainsAny(Blanks) || !Ascii.IsValid(argument))
        {
            return SmtpSyntaxError.Argument(verb, $"Syntactically invalid {SmtpVerbNames.Of(verb)} argument(s)");
        }

        return new SmtpCommand.Hello(extended, Encoding.ASCII.GetString(argument));
    }
}
