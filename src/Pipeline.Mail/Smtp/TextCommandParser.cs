using System.Text;
using System.Text.Unicode;

namespace Pipeline.Mail.Smtp;

/// <summary>Verbs followed by free text: NOOP and HELP may have one, VRFY, EXPN and ETRN must.</summary>
internal static class TextCommandParser
{
    public static SmtpCommand Parse(SmtpVerb verb, ReadOnlySpan<byte> argument, bool required)
    {
        if (argument.IsEmpty && required)
        {
            return SmtpSyntaxError.Argument(verb, $"{SmtpVerbNames.Of(verb)} requires an argument");
        }

        return Utf8.IsValid(argument)
            ? new SmtpCommand.WithText(verb, argument.IsEmpty ? "" : Encoding.UTF8.GetString(argument))
            : SmtpSyntaxError.Argument(verb, $"argument of {SmtpVerbNames.Of(verb)} is not valid UTF-8");
    }
}
