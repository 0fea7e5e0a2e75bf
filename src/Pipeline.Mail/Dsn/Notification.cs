using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dsn;

/// <summary>All that a delivery status notification tells, about recipients that share its address.</summary>
public sealed record Notification
{
    public required NotificationKind Kind { get; init; }

    /// <summary>The notification's own identifier, for its Message-Id.</summary>
    public required MessageId Id { get; init; }

    /// <summary>The host that reports: smtp_active_hostname.</summary>
    public required string ReportingMta { get; init; }

    /// <summary>The domain of Mailer-Daemon.</summary>
    public required string QualifyDomain { get; init; }

    /// <summary>Of the message that is reported on.</summary>
    public required MessageId OriginalMessageId { get; init; }

    /// <summary>Envelope sender of that message.</summary>
    public required EnvelopeAddress OriginalSender { get; init; }

    /// <summary>Who is told: the sender, or an errors address.</summary>
    public required EnvelopeAddress To { get; init; }

    /// <summary>In the order of the report; at least one.</summary>
    public required ImmutableArray<NotifiedRecipient> Recipients { get; init; }

    /// <summary>Header of the message that is reported on, in wire form.</summary>
    public required ReadOnlyMemory<byte> HeaderBlock { get; init; }

    /// <summary>Its body, in wire form, where it is to be returned; failures only.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The body was asked for and is left out for its size or for policy; the notification says so.</summary>
    public bool BodyWithheld { get; init; }

    /// <summary>The message, or its header, comes with the notification (RFC 6522 section 3 lets it be left out).</summary>
    public bool ReturnsMessage { get; init; } = true;

    /// <summary>ENVID as received, still xtext.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>The message needs SMTPUTF8, and so does the notification (RFC 6533).</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>dsn_from, for failures and delays: a complete From body; null for Mailer-Daemon.</summary>
    public string? From { get; init; }

    /// <summary>errors_reply_to.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>bounce_message_text, put before the list of addresses; LF line ends.</summary>
    public string? ExtraText { get; init; }

    /// <summary>Failures and delays: texts of bounce_message_file or warn_message_file.</summary>
    public NotificationTexts? Texts { get; init; }

    /// <summary>Delays: the entry of delay_warning that fell due.</summary>
    public TimeSpan DelayedFor { get; init; }
}
