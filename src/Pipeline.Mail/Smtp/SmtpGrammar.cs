using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Smtp;

/// <summary>How far the command grammar may be stretched. Independent of what EHLO offers.</summary>
/// <param name="SenderForms">What MAIL takes beside a mailbox; <see cref="EnvelopeAddressForms.NullPath"/> is always taken.</param>
/// <param name="RecipientForms">What RCPT takes beside a mailbox; <c>postmaster</c> without a domain is always taken.</param>
/// <param name="AddressLimits">Lengths of addresses.</param>
public sealed record SmtpGrammar(EnvelopeAddressForms SenderForms, EnvelopeAddressForms RecipientForms, EnvelopeAddressLimits AddressLimits)
{
    /// <summary>
    /// RFC 5321, but with local parts of up to 255 octets: the return paths of mailing lists and of large senders (VERP, SRS, BATV) are
    /// longer than the 64 of section 4.5.3.1.1, which also asks receivers not to insist on it.
    /// </summary>
    public static SmtpGrammar Default { get; } =
        new(EnvelopeAddressForms.AddressLiteral, EnvelopeAddressForms.AddressLiteral, new EnvelopeAddressLimits(LocalPart: 255, Domain: 255, Mailbox: 511));
}
