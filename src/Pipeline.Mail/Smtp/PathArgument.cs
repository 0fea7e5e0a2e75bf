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
        if (path.IsEmpty)
        {
            return SmtpSyntaxError.Argument(verb, verb == SmtpVerb.Mail ? "MAIL must have an address operand" : "RCPT must have an address operand");
        }

        if (!EnvelopeAddressParser.TryParsePath(path, forms | EnvelopeAddressForms.Unqualified, limits, out EnvelopeAddress? parsed, out int consumed, out string? error))
        {
            return error == EnvelopeAddressParser.NeedsSmtpUtf8 ? SmtpSyntaxError.Internationalised(verb) : SmtpSyntaxError.Address(verb, Shown(path), error);
        }

        rest = path[consumed..];
        if (!rest.IsEmpty && rest[0] is not ((byte)' ' or (byte)'\t'))
        {
            return SmtpSyntaxError.Address(verb, Shown(path), EnvelopeAddressParser.MayNotFollow(Word(path, consumed), consumed));
        }

        if (parsed is { Domain.Length: 0, IsNull: false } && (forms & EnvelopeAddressForms.Unqualified) == 0 && !IsPostmaster(verb, parsed))
        {
            return SmtpSyntaxError.Unqualified(verb, Shown(path));
        }

        address = parsed;
        return null;
    }

    /// <summary>The address has text outside ASCII, which only SMTPUTF8 permits.</summary>
    public static bool IsInternational(EnvelopeAddress address, EnvelopeAddressForms forms) =>
        !Ascii.IsValid(address.LocalPart) || ((forms & EnvelopeAddressForms.Utf8Domain) == 0 && !Ascii.IsValid(address.Domain));

    /// <summary>The forms with UTF-8 among them if it may be used.</summary>
    public static EnvelopeAddressForms WithUtf8(EnvelopeAddressForms forms, bool utf8) => utf8 ? forms | EnvelopeAddressForms.SmtpUtf8 : forms;

    /// <summary>RCPT takes <c>postmaster</c> as it is (RFC 5321 section 4.1.1.3).</summary>
    private static bool IsPostmaster(SmtpVerb verb, EnvelopeAddress address) =>
        verb == SmtpVerb.Rcpt && address.LocalPart.Equals("postmaster", StringComparison.OrdinalIgnoreCase);

    /// <summary>The path as a reply repeats it: to its last bracket, or to the first blank, and no parameters.</summary>
    private static string Shown(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(Word(path, path.StartsWith("<"u8) ? path.LastIndexOf((byte)'>') : 0));

    /// <summary>The text up to the first blank at or behind a place.</summary>
    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, int from)
    {
        int length = text[Math.Max(from, 0)..].IndexOfAny((byte)' ', (byte)'\t');
        return length < 0 ? text : text[..(Math.Max(from, 0) + length)];
    }
}
