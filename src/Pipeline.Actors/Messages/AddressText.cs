using Pipeline.Mail.Addressing;

namespace Pipeline.Actors.Messages;

/// <summary>Reads back an address that <see cref="EnvelopeAddress.ToString"/> wrote: the domain follows the last at-sign.</summary>
internal static class AddressText
{
    public static EnvelopeAddress Parse(string text)
    {
        var at = text.LastIndexOf('@');
        return at < 0 ? new EnvelopeAddress(text, "") : new EnvelopeAddress(text[..at], text[(at + 1)..]);
    }
}
