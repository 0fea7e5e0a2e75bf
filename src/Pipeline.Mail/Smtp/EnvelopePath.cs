using System.Text;
using System.Text.Unicode;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Smtp;

/// <summary>Parses the bracketed path of MAIL and RCPT into an address.</summary>
internal static class EnvelopePath
{
    /// <param name="path">The path with its angle brackets.</param>
    /// <param name="allowNull">The null reverse path <c>&lt;&gt;</c> is an address here.</param>
    /// <param name="international">The address has octets outside ASCII and so needs SMTPUTF8.</param>
    /// <param name="reason">What to tell the client when the path is no address.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> path, bool allowNull, out EnvelopeAddress address, out bool international, out string reason)
    {
        address = EnvelopeAddress.Null;
        reason = "";
        international = !Ascii.IsValid(path);
        ReadOnlySpan<byte> mailbox = path[1..^1];
        if (mailbox.IsEmpty)
        {
            reason = "empty address";
            return allowNull;
        }

        int at = mailbox.LastIndexOf((byte)'@');
        if (at == 0 || at == mailbox.Length - 1 || mailbox.Contains((byte)' ') || !Utf8.IsValid(mailbox))
        {
            reason = "malformed address";
            return false;
        }

        address = at < 0
            ? new EnvelopeAddress(Encoding.UTF8.GetString(mailbox), "")
            : new EnvelopeAddress(Encoding.UTF8.GetString(mailbox[..at]), Encoding.UTF8.GetString(mailbox[(at + 1)..]));
        return true;
    }
}
