using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>What is fixed about an accepted message.</summary>
/// <param name="Properties">Values of its reception that later stages need, by name (<see cref="MessageProperties"/>).</param>
public sealed record MessageFacts(
    MessageId Id,
    DateTimeOffset ReceivedAt,
    Envelope Envelope,
    IMessageContent Content,
    int Policy,
    ImmutableDictionary<string, string> Properties)
{
    private BmiVerdicts? _verdicts;

    /// <summary>What a verdict server wants done for each recipient. Read once for all of them.</summary>
    public BmiVerdicts Verdicts => _verdicts ??= BmiVerdicts.Read(Properties.GetValueOrDefault(MessageProperties.RecipientVerdicts));

    public static MessageFacts Of(StoredMessage message) =>
        new(message.Id, message.ReceivedAt, message.Envelope, message.Content, message.Policy, message.Properties);
}
