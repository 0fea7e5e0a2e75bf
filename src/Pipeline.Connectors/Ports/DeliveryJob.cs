using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Ports;

/// <summary>One message, the recipients that share this attempt, and the transport with all its option values.</summary>
public sealed record DeliveryJob
{
    public required MessageId MessageId { get; init; }

    public required IMessageContent Content { get; init; }

    /// <summary><see cref="Content"/>, without its body when the transport delivers headers only.</summary>
    public IMessageContent ContentToDeliver => Transport.HeadersOnly ? new InMemoryMessageContent(Content.HeaderBlock, default) : Content;

    /// <summary>The envelope sender of this delivery: the original one, or what SRS, VERP or errors_to made of it.</summary>
    public required EnvelopeAddress ReturnPath { get; init; }

    /// <summary>The envelope sender as it was accepted.</summary>
    public required EnvelopeAddress Sender { get; init; }

    /// <summary>At least one; the indexes are distinct.</summary>
    public required ImmutableArray<DeliveryRecipient> Recipients { get; init; }

    public required TransportSettings Transport { get; init; }

    /// <summary>Where remote transports connect, in the order to try; empty for local transports.</summary>
    public ImmutableArray<DestinationHost> Hosts { get; init; } = [];

    /// <summary>Where remote transports connect for those recipients that no host of <see cref="Hosts"/> could take for now.</summary>
    public ImmutableArray<DestinationHost> FallbackHosts { get; init; } = [];

    public bool SmtpUtf8 { get; init; }

    public bool RequireTls { get; init; }

    public BodyType Body { get; init; }

    public DsnReturn Return { get; init; }

    /// <summary>ENVID as received, still xtext.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>AUTH= of the accepted MAIL, decoded; passed on to authenticated peers (RFC 4954 section 5).</summary>
    public string? AuthenticatedSender { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>An earlier attempt may have finished: file transports must look before they write.</summary>
    public bool InDoubt { get; init; }

    /// <summary>
    /// Awaited before the step that cannot be taken back (the final dot of SMTP, the rename of a file). False means that this node has lost
    /// the message: stop, nothing may be delivered. Null means always true.
    /// </summary>
    public Func<CancellationToken, ValueTask<bool>>? BeforeFinalStep { get; init; }

    /// <summary>What is remembered of hosts; null when nothing is.</summary>
    public IHostTimes? HostTimes { get; init; }

    /// <summary>How the message arrived, for transports that hand it to another spool; null when it is not known.</summary>
    public SpoolFacts? Facts { get; init; }
}

/// <summary>A recipient of an attempt.</summary>
/// <param name="Index">Its place among the recipients of the message; names it for good together with the message id.</param>
/// <param name="OriginalRecipient">ORCPT as received: address type, semicolon, xtext.</param>
public sealed record DeliveryRecipient(int Index, EnvelopeAddress Address, DsnNotify Notify = DsnNotify.None, string? OriginalRecipient = null)
{
    /// <summary>The address of the envelope that led here; null when it is this one.</summary>
    public EnvelopeAddress? EnvelopeAddress { get; init; }
}
