using Pipeline.Actors.Messages;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Spool;
using Pipeline.Messages.Journal;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>The header file that Exim would have of a queued message: as when it arrived, and what has become of it since.</summary>
internal static class QueuedSpoolHeader
{
    /// <param name="body">Has read the body.</param>
    public static SpoolHeaderFile Of(StoredMessage message, ImmutableArray<JournalEntry> journal, SpoolDataWriter body)
    {
        var owner = SpoolPair.Owner;
        var settings = new QueuefileTransportSettings("", "") { OwnerName = Environment.UserName, OwnerUserId = (int)owner.User, OwnerGroupId = (int)owner.Group };
        var job = new DeliveryJob
        {
            MessageId = message.Id,
            Content = message.Content,
            ReturnPath = message.Envelope.Sender,
            Sender = message.Envelope.Sender,
            Recipients = [.. message.Recipients.Where(recipient => recipient.Parent < 0)
                .Select(recipient => new DeliveryRecipient(recipient.Index, recipient.Address, recipient.Notify, recipient.OriginalRecipient))],
            Transport = settings,
            SmtpUtf8 = message.Envelope.SmtpUtf8,
            RequireTls = message.Envelope.RequireTls,
            Return = message.Envelope.Return,
            EnvelopeId = message.Envelope.EnvelopeId,
            AuthenticatedSender = message.Envelope.AuthenticatedSender,
            ReceivedAt = message.ReceivedAt,
            Facts = MessageProperties.SpoolFacts(message.Properties),
        };
        var frozen = message.Recipients.Where(recipient => recipient is { Status: RecipientStatus.Queued, IsFrozen: true }).Max(recipient => recipient.FrozenAt);
        return SpoolPair.HeaderOf(job, settings, body) with
        {
            NonRecipients = SpoolTree.FromKeys(Done(message.Recipients)),
            FirstDelivery = !journal.Any(static entry => entry.Event is RouterTried),
            FrozenSince = frozen?.ToUnixTimeSeconds(),
            ManualThaw = frozen is null && journal.LastOrDefault(static entry => entry.Event is MessageThawed)?.Event
                is MessageThawed { By: not (MessageThawed.ByAutoThaw or MessageThawed.ByDelivery) },
            WarningCount = message.Recipients.Max(static recipient => recipient.Warnings) ?? 0,
        };
    }

    private static IEnumerable<string> Done(ImmutableArray<RecipientState> recipients)
    {
        var open = OpenRecipients.Of(recipients);
        return recipients.Where(recipient => !open.Contains(recipient.Index)).Select(static recipient => OctetString.FromText(recipient.Address.ToString()));
    }
}
