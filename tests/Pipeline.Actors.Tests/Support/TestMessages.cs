using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Support;

internal static class TestMessages
{
    public static readonly Ownership Owner = new("node", 1);

    public static readonly EnvelopeAddress Sender = new("sender", "from.example");

    public static NewMessage New(MessageId id, EnvelopeAddress sender, params ReadOnlySpan<EnvelopeAddress> recipients) => new()
    {
        Id = id,
        Owner = Owner,
        ReceivedAt = DateTimeOffset.UnixEpoch,
        Envelope = Envelope(sender, recipients),
        HeaderBlock = "Subject: test\r\n"u8.ToArray(),
        Body = new FakeBody(),
        Policy = 1,
        Properties = ImmutableDictionary<string, string>.Empty,
        Journal = [],
    };

    public static StoredMessage Stored(MessageId id, params ReadOnlySpan<RecipientState> recipients)
    {
        var addresses = recipients.ToArray().Where(recipient => recipient.Parent < 0).Select(recipient => recipient.Address).ToArray();
        return new StoredMessage
        {
            Id = id,
            ReceivedAt = DateTimeOffset.UnixEpoch,
            Envelope = Envelope(Sender, addresses),
            Content = new InMemoryMessageContent("Subject: test\r\nFrom: sender@from.example\r\n"u8.ToArray(), "body\r\n"u8.ToArray()),
            Policy = 1,
            Properties = ImmutableDictionary<string, string>.Empty,
            Recipients = [.. recipients],
            NextSequence = 10,
        };
    }

    public static RecipientState Waiting(int index, string localPart, DateTimeOffset due, bool attemptOpen = false) =>
        new(index, To(localPart), RecipientStatus.Queued, due, Attempts: attemptOpen ? 1 : 0, AttemptOpen: attemptOpen);

    public static EnvelopeAddress To(string localPart) => new(localPart, "to.example");

    private static Envelope Envelope(EnvelopeAddress sender, ReadOnlySpan<EnvelopeAddress> recipients)
    {
        var list = ImmutableArray.CreateBuilder<EnvelopeRecipient>();
        foreach (var recipient in recipients)
        {
            list.Add(new EnvelopeRecipient(list.Count, recipient));
        }

        return new Envelope { Sender = sender, Recipients = list.ToImmutable() };
    }
}
