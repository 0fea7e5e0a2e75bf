using Pipeline.Mail.Addressing;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Rewriting;

/// <summary>A mailbox as it stands in a header, and the address in it. Text is one char for each octet.</summary>
/// <param name="Before">Phrase, opening bracket and comments; empty for an address of the envelope.</param>
/// <param name="Address">What routing would use: without comments, blanks and source route.</param>
/// <param name="After">Closing bracket and comments.</param>
internal sealed record MailboxText(string Before, EnvelopeAddress Address, string After)
{
    /// <summary>Octets that an address may have after rewriting. Longer ones are nobody's mailbox, and rules that repeat would make them grow without end.</summary>
    public const int MaxLength = 2048;

    private const AddressTolerance Tolerance = AddressTolerance.LooseDots | AddressTolerance.FinalDot;

    public static MailboxText Of(EnvelopeAddress address) => new("", address, "");

    /// <param name="text">What the mailbox was found in.</param>
    public static MailboxText Read(ReadOnlySpan<byte> text, MailboxExtent mailbox) => new(
        OctetString.FromBytes(text[mailbox.Element.Start..mailbox.Address.Start]),
        OctetMailbox.Read(text, mailbox),
        OctetString.FromBytes(text[mailbox.Address.End..mailbox.Element.End]));

    /// <summary>Reads a text that is one mailbox and nothing else.</summary>
    /// <param name="mayBeNull">The null address, <c>&lt;&gt;</c>, is one too.</param>
    /// <param name="error">Why it is none, in Exim's words.</param>
    public static MailboxText? TryRead(string text, bool mayBeNull, out string error)
    {
        text = text.Trim();
        if (text.StartsWith('@'))
        {
            // A source route stands in brackets by the grammar; Exim takes one without.
            return TryRead($"<{text}>", mayBeNull: false, out error) is { } routed ? routed with { Before = "", After = "" } : null;
        }

        error = text.Length == 0 ? "empty address" : text.Length > MaxLength ? "address too long" : "";
        if (error.Length > 0)
        {
            return null;
        }

        ReadOnlySpan<byte> octets = OctetString.ToBytes(text);
        var scanner = new AddressListScanner(octets, mayBeNull ? Tolerance | AddressTolerance.NullAddress : Tolerance);
        var step = scanner.Next();
        var mailbox = scanner.Mailbox;
        if (step == AddressListStep.Mailbox && mailbox.Element.Start == 0)
        {
            step = scanner.Next();
            var read = Read(octets, mailbox);
            if (step == AddressListStep.End && mailbox.Element.End == octets.Length && !HasControl(read.Address))
            {
                return read;
            }
        }

        error = step == AddressListStep.Defect ? HeaderAddressDefect.Of(octets, scanner.Error).Reason : "missing or malformed local part (expected word or \"<\")";
        return null;
    }

    public override string ToString() => $"{Before}{Address}{After}";

    private static bool HasControl(EnvelopeAddress address) => HasControl(address.LocalPart) || HasControl(address.Domain);

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or '\x7f')
            {
                return true;
            }
        }

        return false;
    }
}
