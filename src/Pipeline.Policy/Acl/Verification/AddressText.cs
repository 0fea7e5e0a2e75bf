using Pipeline.Mail.Addressing;

namespace Pipeline.Policy.Acl.Verification;

/// <summary>An address as the value of an ACL condition has it, with or without angle brackets; nothing is the null path.</summary>
internal static class AddressText
{
    public static EnvelopeAddress Read(string text)
    {
        text = text.Trim().TrimStart('<').TrimEnd('>');
        var at = text.LastIndexOf('@');
        return text.Length == 0 ? EnvelopeAddress.Null : at < 0 ? new EnvelopeAddress(text, "") : new EnvelopeAddress(text[..at], text[(at + 1)..]);
    }
}
