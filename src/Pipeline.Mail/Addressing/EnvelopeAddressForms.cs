namespace Pipeline.Mail.Addressing;

/// <summary>What a path may be, besides a qualified ASCII mailbox with a domain name.</summary>
[Flags]
public enum EnvelopeAddressForms
{
    None = 0,

    /// <summary><c>&lt;&gt;</c>, as MAIL takes it.</summary>
    NullPath = 1 << 0,

    /// <summary>Any local part without a domain.</summary>
    Unqualified = 1 << 1,

    /// <summary>UTF-8 in local part and domain (RFC 6531 section 3.3).</summary>
    SmtpUtf8 = 1 << 2,

    /// <summary>An address literal in place of the domain (RFC 5321 section 4.1.3).</summary>
    AddressLiteral = 1 << 3,

    /// <summary>UTF-8 in the domain, whatever the client has asked for.</summary>
    Utf8Domain = 1 << 4,

    /// <summary>One final dot of the domain, which is dropped.</summary>
    FinalDot = 1 << 5,

    /// <summary>More pairs of angle brackets than one.</summary>
    ExcessBrackets = 1 << 6,
}

/// <summary>How long an address may be, in octets.</summary>
/// <param name="LocalPart">RFC 5321 section 4.5.3.1.1, quotes included. VERP and SRS exceed it: operators may raise it.</param>
/// <param name="Domain">RFC 5321 section 4.5.3.1.2.</param>
/// <param name="Mailbox">The whole, without angle brackets: RFC 5321 section 4.5.3.1.3 allows 256 with them.</param>
public sealed record EnvelopeAddressLimits(int LocalPart = 64, int Domain = 255, int Mailbox = 254)
{
    public static EnvelopeAddressLimits Default { get; } = new();
}
