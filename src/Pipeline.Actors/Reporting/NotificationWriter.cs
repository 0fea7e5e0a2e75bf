using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Reporting;

/// <summary>Writes delivery status notifications by the main options of the message's policy, and makes them messages of the queue.</summary>
/// <remarks>A notification has the null sender, so a notification that fails tells nobody (RFC 3461 section 6.1, RFC 5321 section 6.1).</remarks>
public sealed class NotificationWriter(
    IPolicySource policies, IMessageStore store, Ownership owner, MessageIdSource ids, TimeProvider time) : INotificationWriter
{
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

    private async ValueTask<ReadyNotification> WriteAsync(
        MessageFacts message, NotificationKind kind, ImmutableArray<EndedRecipient> told, CancellationToken cancellationToken)
    {
        var active = await policies.GetAsync(message.Policy, cancellationToken);
        var (id, now, to) = (ids.Next(), time.GetUtcNow(), message.Envelope.Sender);
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
                EnvelopeId = message.Envelope.EnvelopeId,
                SmtpUtf8 = message.Envelope.SmtpUtf8,
            },
            $"{now.ToUnixTimeSeconds()}-mailpipeline-{id}",
            now);
        var writer = store.CreateBody(id);
        await writer.WriteAsync(composed.Body, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        return new ReadyNotification(kind.ToString().ToLowerInvariant(), to.ToString(), AsMessage(message, id, now, to, composed, writer, (int)active.Policy.Number));
    }

    private NewMessage AsMessage(
        MessageFacts about, MessageId id, DateTimeOffset now, EnvelopeAddress to, ComposedNotification composed, IBodyWriter body, int policy) => new()
        {
            Id = id,
            Owner = owner,
            ReceivedAt = now,
            Envelope = new Envelope
            {
                Sender = EnvelopeAddress.Null,
                Recipients = [new EnvelopeRecipient(0, to, DsnNotify.Never)],
                SmtpUtf8 = about.Envelope.SmtpUtf8,
                Body = composed.BodyType,
            },
            HeaderBlock = composed.HeaderBlock,
            Body = body,
            Policy = policy,
            Properties = ImmutableDictionary<string, string>.Empty.Add(MessageProperties.Protocol, "local"),
            Journal =
            [
                new JournalEntry(0, now, new TransactionStarted(new ClientFacts(null, 0, null, "", "local", null, 0, null, null), "", null, policy)),
                new JournalEntry(1, now, new RecipientAccepted(0, to.ToString(), DsnNotify.Never)),
                new JournalEntry(2, now, new MessageAccepted(composed.HeaderBlock.Length + 2 + composed.Body.Length, 1)),
            ],
        };

    /// <summary>The body of a failed message goes back when its sender did not ask for headers only and the size allows it.</summary>
    private static async ValueTask<(ReadOnlyMemory<byte>? Body, bool Withheld)> ReturnedBodyAsync(
        MessageFacts message, NotificationKind kind, MainOptions options, CancellationToken cancellationToken)
    {
        if (kind != NotificationKind.Failure || message.Envelope.Return == DsnReturn.Headers)
        {
            return (null, false);
        }

        if (!options.BounceReturnBody || (options.BounceReturnSizeLimit > 0 && message.Content.BodySize > options.BounceReturnSizeLimit))
        {
            return (null, message.Envelope.Return == DsnReturn.Full || options.BounceReturnBody);
        }

        if (message.Content.TryGetBody(out var body))
        {
            return (body, false);
        }

        var buffer = new byte[message.Content.BodySize];
        await using var stream = message.Content.OpenBody();
        await stream.ReadExactlyAsync(buffer, cancellationToken);
        return (buffer, false);
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
            Relay = RelayKind.NonDsnMailer,
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
