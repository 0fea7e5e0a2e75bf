namespace Pipeline.Mail.Addressing;

/// <summary>What a path may be, besides a qualified ASCII mailbox in angle brackets.</summary>
[Flags]
public enum EnvelopeAddressForms
{
    None = 0,

    /// <summary><c>&lt;&gt;</c>, as MAIL takes it.</summary>
    NullPath = 1,

    /// <summary><c>&lt;postmaster&gt;</c> in any case, as RCPT must take it (RFC 5321 section 4.1.1.3).</summary>
    Postmaster = 2,

    /// <summary>Any local part without a domain.</summary>
    Unqualified = 4,

    /// <summary>UTF-8 in local part and domain (RFC 6531 section 3.3).</summary>
    SmtpUtf8 = 8,

    /// <summary>A mailbox without angle brackets, which old clients send and Exim takes.</summary>
    Unbracketed = 16,
}

/// <summary>How long an address may be, in octets.</summary>
/// <param name="LocalPart">RFC 5321 section 4.5.3.1.1, quotes included. VERP and SRS exceed it: operators may raise it.</param>
/// <param name="Domain">RFC 5321 section 4.5.3.1.2.</param>
/// <param name="Mailbox">The whole, without angle brackets: RFC 5321 section 4.5.3.1.3 allows 256 with them.</param>
public sealed record EnvelopeAddressLimits(int LocalPart = 64, int Domain = 255, int Mailbox = 254)
{
    public static EnvelopeAddressLimits Default { get; } = new();
}
