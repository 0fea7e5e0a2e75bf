using Pipeline.Actors.Messages;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Reporting;

/// <summary>Makes messages of the queue of what this program itself has written. Nobody is told what becomes of them.</summary>
internal sealed class GeneratedMessages(IMessageStore store, Ownership owner)
{
    /// <summary>What the journal has of such a message before its acceptance.</summary>
    public static ImmutableArray<JournalEvent> Beginning(EnvelopeAddress sender, ImmutableArray<EnvelopeAddress> recipients, int policy) =>
    [
        new TransactionStarted(new ClientFacts(null, 0, null, "", "local", null, 0, null, null), sender.ToString(), null, policy),
        .. recipients.Select((recipient, i) => new RecipientAccepted(i, recipient.ToString(), DsnNotify.Never)),
    ];

    /// <returns>The message without a journal; its body is written.</returns>
    public async ValueTask<NewMessage> CreateAsync(
        MessageId id, DateTimeOffset now, EnvelopeAddress sender, ImmutableArray<EnvelopeAddress> recipients, ComposedMessage composed, int policy, CancellationToken cancellationToken)
    {
        var body = store.CreateBody(id);
        await body.WriteAsync(composed.Body, cancellationToken);
        await body.CompleteAsync(cancellationToken);
        return new NewMessage
        {
            Id = id,
            Owner = owner,
            ReceivedAt = now,
            Envelope = new Envelope
            {
                Sender = sender,
                Recipients = [.. recipients.Select((recipient, i) => new EnvelopeRecipient(i, recipient, DsnNotify.Never))],
                Body = composed.BodyType,
            },
            HeaderBlock = composed.HeaderBlock,
            Body = body,
            Policy = policy,
            Properties = ImmutableDictionary<string, string>.Empty.Add(MessageProperties.Protocol, "local"),
            Journal = [],
        };
    }
}
