using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Reporting;

/// <summary>Writes delivery status notifications, notes to the operator and automatic replies by the main options of the message's policy, and makes them messages of the queue.</summary>
/// <remarks>Each has the null sender, so a notification that fails tells nobody (RFC 3461 section 6.1, RFC 5321 section 6.1).</remarks>
public sealed class NotificationWriter(
    IPolicySource policies, IMessageStore store, Ownership owner, MessageIdSource ids, TimeProvider time) : INotificationWriter
{
    private readonly GeneratedMessages _generated = new(store, owner);

    private static readonly ImmutableArray<NotificationKind> Kinds = [NotificationKind.Failure, NotificationKind.Success];

    public async ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(
        MessageFacts message, ImmutableArray<EndedRecipient> ended, CancellationToken cancellationToken)
    {
        if (message.Envelope.Sender.IsNull)
        {
            return [];
        }

        var ready = ImmutableArray.CreateBuilder<ReadyNotification>();
        foreach (var kind in Kinds)
        {
            ImmutableArray<EndedRecipient> told =
            [
                .. ended.Where(recipient => recipient.Failure is null == (kind == NotificationKind.Success) && recipient.Recipient.Notify.Wants(kind)),
            ];
            if (!told.IsEmpty)
            {
                ready.Add(await WriteAsync(message, kind, told, cancellationToken));
            }
        }

        return ready.ToImmutable();
    }

    public async ValueTask<ImmutableArray<ReadyNotification>> WriteAsync(MessageFacts message, WaitingReport report, CancellationToken cancellationToken)
    {
        if (report.Delay is not { } delay)
        {
            return await WriteFrozenAsync(message, report, cancellationToken);
        }

        ImmutableArray<EndedRecipient> told =
        [
            .. report.Waiting.Where(static recipient => recipient.Notify.Wants(NotificationKind.Delay))
                .Select(static recipient => new EndedRecipient(recipient, new DeliveryFailure { Class = FailureClass.Other, Reason = recipient.LastReason ?? "" })),
        ];
        return told.IsEmpty ? [] : [await WriteAsync(message, NotificationKind.Delay, told, cancellationToken, delay.After) with { Warnings = delay.Count }];
    }

    /// <summary>To the addresses of <c>freeze_tell</c>; a message without a sender may be such a note itself.</summary>
    private async ValueTask<ImmutableArray<ReadyNotification>> WriteFrozenAsync(MessageFacts message, WaitingReport report, CancellationToken cancellationToken)
    {
        var active = await policies.GetAsync(message.Policy, cancellationToken);
        if (message.Envelope.Sender.IsNull || active.Policy.MainOptions.FreezeTell is not { } option)
        {
            return [];
        }

        var words = await NotificationWords.OfAsync(active, message, cancellationToken);
        var expanded = await words.TextAsync("freeze_tell", option, cancellationToken);
        ImmutableArray<EnvelopeAddress> to = [.. AddressListParser.Parse(Encoding.UTF8.GetBytes(expanded ?? "")).Addresses.Select(static listed => listed.ToEnvelopeAddress())];
        if (to.IsEmpty)
        {
            return [];
        }

        var (id, now) = (ids.Next(), time.GetUtcNow());
        var composed = FrozenNoteComposer.Compose(
            new FrozenNote(id, active.Environment.PrimaryHostname, words.From, to, message.Id, message.Envelope.Sender, [.. report.Waiting.Select(static waiting => (waiting.Address, waiting.LastReason ?? ""))]), now);
        var note = await AsMessageAsync(message, id, now, to, composed, (int)active.Policy.Number, cancellationToken);
        return [new ReadyNotification(NotificationSent.Frozen, string.Join(", ", to), note)];
    }

    private async ValueTask<ReadyNotification> WriteAsync(
        MessageFacts message, NotificationKind kind, ImmutableArray<EndedRecipient> told, CancellationToken cancellationToken, TimeSpan delayedFor = default)
    {
        var active = await policies.GetAsync(message.Policy, cancellationToken);
        var (id, now, to) = (ids.Next(), time.GetUtcNow(), message.Envelope.Sender);
        var words = await NotificationWords.OfAsync(active, message, cancellationToken);
        var texts = kind switch
        {
            NotificationKind.Failure => await words.BounceTextsAsync(to, cancellationToken),
            NotificationKind.Delay => await words.WarningTextsAsync(to, delayedFor, cancellationToken),
            _ => null,
        };
        var copies = kind == NotificationKind.Failure ? await words.CopiesAsync(to, cancellationToken) : [];
        var (body, withheld) = await ReturnedBodyAsync(message, kind, active.Policy.MainOptions, cancellationToken);
        var composed = NotificationComposer.Compose(
            new Notification
            {
                Kind = kind,
                Id = id,
                ReportingMta = active.Environment.PrimaryHostname,
                QualifyDomain = active.Environment.QualifyDomain,
                OriginalMessageId = message.Id,
                OriginalSender = to,
                To = to,
                Recipients = [.. told.Select(Describe)],
                HeaderBlock = message.Content.HeaderBlock,
                Body = body,
                BodyWithheld = withheld,
                ReturnsMessage = kind != NotificationKind.Failure || active.Policy.MainOptions.BounceReturnMessage,
                EnvelopeId = message.Envelope.EnvelopeId,
                SmtpUtf8 = message.Envelope.SmtpUtf8,
                From = words.From,
                ReplyTo = words.ReplyTo,
                ExtraText = kind == NotificationKind.Failure ? words.ExtraText : null,
                Texts = texts,
                DelayedFor = delayedFor,
            },
            $"{now.ToUnixTimeSeconds()}-mailpipeline-{id}",
            now);
        var notification = await AsMessageAsync(message, id, now, [to, .. copies], composed, (int)active.Policy.Number, cancellationToken);
        notification = notification with { Envelope = notification.Envelope with { AuthenticatedSender = words.AuthenticatedSender } };
        return new ReadyNotification(kind.ToString().ToLowerInvariant(), to.ToString(), notification);
    }

    public async ValueTask<ReadyNotification> WriteReplyAsync(MessageFacts message, AutomaticReply reply, CancellationToken cancellationToken)
    {
        var active = await policies.GetAsync(message.Policy, cancellationToken);
        var (id, now, limit) = (ids.Next(), time.GetUtcNow(), active.Policy.MainOptions.BounceReturnSizeLimit);
        ReadOnlyMemory<byte>? body = reply.ReturnsMessage && (limit <= 0 || message.Content.BodySize <= limit) ? await BodyAsync(message, cancellationToken) : default(ReadOnlyMemory<byte>?);
        var composed = AutomaticReplyComposer.Compose(reply, id, active.Environment.PrimaryHostname, message.Content.HeaderBlock, body, now);
        var answer = await AsMessageAsync(message, id, now, reply.Recipients, composed, (int)active.Policy.Number, cancellationToken);
        return new ReadyNotification(NotificationSent.Reply, string.Join(", ", reply.Recipients), answer);
    }

    private async ValueTask<NewMessage> AsMessageAsync(
        MessageFacts about,
        MessageId id,
        DateTimeOffset now,
        ImmutableArray<EnvelopeAddress> recipients,
        ComposedMessage composed,
        int policy,
        CancellationToken cancellationToken)
    {
        var sender = EnvelopeAddress.Null;
        ImmutableArray<JournalEvent> events =
        [
            .. GeneratedMessages.Beginning(sender, recipients, policy),
            new MessageAccepted(composed.HeaderBlock.Length + 2 + composed.Body.Length, recipients.Length, RequireTls: about.Envelope.RequireTls ? true : null),
        ];
        var created = await _generated.CreateAsync(id, now, sender, recipients, composed, policy, cancellationToken);
        return created with
        {
            Envelope = created.Envelope with { SmtpUtf8 = about.Envelope.SmtpUtf8, RequireTls = about.Envelope.RequireTls },
            Journal = [.. events.Select((what, i) => new JournalEntry(i, now, what))],
        };
    }

    /// <summary>The body of a failed message goes back when its sender did not ask for headers only and the size allows it.</summary>
    private static async ValueTask<(ReadOnlyMemory<byte>? Body, bool Withheld)> ReturnedBodyAsync(
        MessageFacts message, NotificationKind kind, MainOptions options, CancellationToken cancellationToken)
    {
        if (kind != NotificationKind.Failure || !options.BounceReturnMessage || message.Envelope.Return == DsnReturn.Headers)
        {
            return (null, false);
        }

        if (!options.BounceReturnBody || (options.BounceReturnSizeLimit > 0 && message.Content.BodySize > options.BounceReturnSizeLimit))
        {
            return (null, message.Envelope.Return == DsnReturn.Full || options.BounceReturnBody);
        }

        var body = await BodyAsync(message, cancellationToken);
        return options.BounceReturnLinesizeLimit > 0 && HasLongerLine(body.Span, options.BounceReturnLinesizeLimit) ? (null, true) : (body, false);
    }

    /// <param name="limit">Octets of a line without its end.</param>
    private static bool HasLongerLine(ReadOnlySpan<byte> body, long limit)
    {
        foreach (var range in body.Split((byte)'\n'))
        {
            if (body[range].TrimEnd((byte)'\r').Length > limit)
            {
                return true;
            }
        }

        return false;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> BodyAsync(MessageFacts message, CancellationToken cancellationToken)
    {
        if (message.Content.TryGetBody(out var body))
        {
            return body;
        }

        var buffer = new byte[message.Content.BodySize];
        await using var stream = message.Content.OpenBody();
        await stream.ReadExactlyAsync(buffer, cancellationToken);
        return buffer;
    }

    private static NotifiedRecipient Describe(EndedRecipient ended)
    {
        var (recipient, failure, generatedFrom) = ended;
        return new NotifiedRecipient
        {
            Address = recipient.Address,
            GeneratedFrom = generatedFrom,
            OriginalRecipient = recipient.OriginalRecipient,
            Status = failure is null ? null : failure.Reply?.Enhanced ?? failure.Status ?? Status(failure),
            Host = failure?.Host,
            Ip = failure?.Ip,
            Port = failure?.Port ?? 0,
            Greeting = failure?.Greeting,
            HeloResponse = failure?.HeloResponse,
            Reply = failure?.Reply,
            Reason = failure?.Reason ?? "",
            Relay = ended.Relay,
        };
    }

    /// <summary>A status for failures that no peer gave one to (RFC 3463).</summary>
    private static EnhancedStatusCode? Status(DeliveryFailure failure) => failure.Class switch
    {
        FailureClass.Lookup => new EnhancedStatusCode(5, 4, 4),
        FailureClass.ConnectionRefused or FailureClass.ConnectionTimeout => new EnhancedStatusCode(5, 4, 1),
        FailureClass.Timeout or FailureClass.LostConnection => new EnhancedStatusCode(5, 4, 2),
        FailureClass.Quota => new EnhancedStatusCode(5, 2, 2),
        FailureClass.TooBig => new EnhancedStatusCode(5, 3, 4),
        FailureClass.TlsRequired or FailureClass.TlsFailed => new EnhancedStatusCode(5, 7, 10),
        FailureClass.Local => new EnhancedStatusCode(5, 3, 0),
        _ => null,
    };
}
