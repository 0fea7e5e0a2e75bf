using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>What never changes about a queued message, apart from its content.</summary>
internal sealed record MessageDocument(Envelope Envelope, int Policy, ImmutableDictionary<string, string> Properties)
{
    /// <summary>The named queue that the message is in; empty for the default queue.</summary>
    public string Queue => Properties.GetValueOrDefault(NewMessage.QueueProperty, "");

    /// <summary>The recipients as they stand at acceptance: every one is due at once.</summary>
    public RecipientState[] InitialRecipients(DateTimeOffset receivedAt) =>
    [
        .. Envelope.Recipients
            .Select(r => new RecipientState(r.Index, r.Address, RecipientStatus.Queued, receivedAt, Notify: r.Notify, OriginalRecipient: r.OriginalRecipient))
            .OrderBy(r => r.Index),
    ];
}
