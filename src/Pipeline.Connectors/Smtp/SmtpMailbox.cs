using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Connectors.Smtp;

/// <summary>The form of an address for a peer (RFC 6531 section 3.2).</summary>
internal static class SmtpMailbox
{
    /// <summary>With <paramref name="utf8"/> as it is; otherwise with its domain as A-labels, which fails when the local part is not ASCII.</summary>
    public static bool TryWrite(EnvelopeAddress address, bool utf8, [NotNullWhen(true)] out string? mailbox)
    {
        mailbox = null;
        if (utf8 || (Ascii.IsValid(address.LocalPart) && Ascii.IsValid(address.Domain)))
        {
            mailbox = address.ToString();
            return true;
        }

        if (!Ascii.IsValid(address.LocalPart) || !DomainName.TryToAscii(address.Domain, out var domain))
        {
            return false;
        }

        mailbox = $"{address.LocalPart}@{domain}";
        return true;
    }
}
