using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Smtp;

/// <summary>Finds the path in a line of MAIL or RCPT before its syntax is looked at, for policies that change what is no address.</summary>
public static class EnvelopePath
{
    /// <param name="line">The line without its CRLF.</param>
    /// <param name="path">
    /// The text behind the colon, without blanks around it: to the last closing bracket when it begins with an opening one, else to the first blank.
    /// </param>
    /// <returns>False for other verbs, and without FROM: or TO:.</returns>
    public static bool TryFind(ReadOnlySpan<byte> line, out SmtpVerb verb, out Extent path)
    {
        path = default;
        var end = line.IndexOfAny((byte)' ', (byte)'\t');
        verb = SmtpVerbNames.Recognise(end < 0 ? line : line[..end]);
        if (end < 0 || verb is not (SmtpVerb.Mail or SmtpVerb.Rcpt))
        {
            return false;
        }

        ReadOnlySpan<byte> prefix = verb == SmtpVerb.Mail ? "FROM:"u8 : "TO:"u8;
        var argument = line[end..].TrimStart(" \t"u8);
        if (argument.Length < prefix.Length || !Ascii.EqualsIgnoreCase(argument[..prefix.Length], prefix))
        {
            return false;
        }

        var text = argument[prefix.Length..].Trim(" \t"u8);
        var start = line.TrimEnd(" \t"u8).Length - text.Length;
        var length = text.StartsWith("<"u8) ? text.LastIndexOf((byte)'>') + 1 : text.IndexOfAny((byte)' ', (byte)'\t');
        path = new Extent(start, start + (length > 0 ? length : text.Length));
        return true;
    }
}
