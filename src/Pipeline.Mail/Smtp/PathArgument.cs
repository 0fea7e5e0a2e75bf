using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Smtp;

/// <summary>Reads the path behind <c>FROM:</c> or <c>TO:</c>, and splits it from the parameters.</summary>
internal static class PathArgument
{
    /// <param name="verb">MAIL or RCPT.</param>
    /// <param name="prefix">The word and colon before the path.</param>
    /// <param name="rest">What follows the path.</param>
    /// <returns>Null with the address, otherwise what is wrong.</returns>
    public static SmtpCommand.Invalid? Read(
        SmtpVerb verb,
        ReadOnlySpan<byte> argument,
        ReadOnlySpan<byte> prefix,
        EnvelopeAddressForms forms,
        EnvelopeAddressLimits limits,
        out EnvelopeAddress address,
        out ReadOnlySpan<byte> rest)
    {
        address = EnvelopeAddress.Null;
        rest = [];
        if (argument.Length < prefix.Length || !Ascii.EqualsIgnoreCase(argument[..prefix.Length], prefix))
        {
            return SmtpSyntaxError.Argument(verb, verb == SmtpVerb.Mail ? "syntax: MAIL FROM:<address>" : "syntax: RCPT TO:<address>");
        }

        // A blank after the colon is not in the grammar, but Microsoft Outlook and countless scripts send one.
        ReadOnlySpan<byte> path = argument[prefix.Length..].TrimStart(" \t"u8);
        if (!EnvelopeAddressParser.TryParsePath(path, forms, limits, out EnvelopeAddress? parsed, out int consumed, out string? error))
        {
            return error == EnvelopeAddressParser.NeedsSmtpUtf8 ? SmtpSyntaxError.Internationalised(verb) : SmtpSyntaxError.Address(verb, error);
        }

        address = parsed;
        rest = path[consumed..];
        return null;
    }

    /// <summary>The address has text outside ASCII, which only SMTPUTF8 permits.</summary>
    public static bool IsInternational(EnvelopeAddress address) => !Ascii.IsValid(address.LocalPart) || !Ascii.IsValid(address.Domain);

    /// <summary>The forms with UTF-8 among them if it may be used.</summary>
    public static EnvelopeAddressForms WithUtf8(EnvelopeAddressForms forms, bool utf8) => utf8 ? forms | EnvelopeAddressForms.SmtpUtf8 : forms;
}
