using System.Collections.Immutable;

namespace Pipeline.Mail.Addressing;

/// <summary>What RFC 3461 lets a sender ask to be returned.</summary>
public enum DsnReturn
{
    Unspecified = 0,
    Full = 1,
    Headers = 2,
}

/// <summary>When RFC 3461 NOTIFY asks for a notification. <see cref="None"/> means that NOTIFY was not given; the numbers are Exim's spool flags.</summary>
[Flags]
public enum DsnNotify
{
    None = 0,
    Never = 2,
    Success = 4,
    Failure = 8,
    Delay = 16,
}

/// <summary>The BODY parameter of MAIL (RFC 6152, RFC 3030).</summary>
public enum BodyType
{
    Unspecified = 0,
    SevenBit = 1,
    EightBitMime = 2,
    BinaryMime = 3,
}

/// <summary>The envelope of a message as accepted from the peer.</summary>
public sealed record Envelope
{
    public required EnvelopeAddress Sender { get; init; }

    public required ImmutableArray<EnvelopeRecipient> Recipients { get; init; }

    public BodyType Body { get; init; }

    public bool SmtpUtf8 { get; init; }

    public bool RequireTls { get; init; }

    public DsnReturn Return { get; init; }

    /// <summary>ENVID as received, still xtext.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>AUTH= of MAIL, decoded (RFC 4954 section 5).</summary>
    public string? AuthenticatedSender { get; init; }
}

/// <summary>A recipient of an envelope.</summary>
/// <param name="Index">Its place in the envelope, from 0; with the message id it names the recipient for good.</param>
/// <param name="OriginalRecipient">ORCPT as received: address type, semicolon, xtext.</param>
public sealed record EnvelopeRecipient(int Index, EnvelopeAddress Address, DsnNotify Notify = DsnNotify.None, string? OriginalRecipient = null);
