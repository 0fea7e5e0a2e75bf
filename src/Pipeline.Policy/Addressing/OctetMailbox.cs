using System.Text;
using Pipeline.Mail.Addressing;

namespace Pipeline.Policy.Addressing;

/// <summary>A mailbox that was found in a text, with one character an octet, as all strings of Exim's language have them.</summary>
internal static class OctetMailbox
{
    public static EnvelopeAddress Read(ReadOnlySpan<byte> text, MailboxExtent mailbox) =>
        new(mailbox.ReadLocalPart(text, Encoding.Latin1), mailbox.ReadDomain(text, Encoding.Latin1));
}
