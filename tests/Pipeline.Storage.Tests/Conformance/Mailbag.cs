using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Conformance;

/// <summary>Makes messages for tests, with ids that ascend.</summary>
internal sealed class Mailbag(TimeProvider time)
{
    private readonly MessageIdSource _ids = new(time);

    public static readonly ReadOnlyMemory<byte> Header = "Subject: test\r\nFrom: <a@example.org>\r\n"u8.ToArray();

    public MessageId NextId() => _ids.Next();

    public static EnvelopeAddress Address(string text)
    {
        var at = text.LastIndexOf('@');
        return at < 0 ? new EnvelopeAddress(text, "") : new EnvelopeAddress(text[..at], text[(at + 1)..]);
    }

    /// <summary>A message ready for acceptance whose body is already complete.</summary>
    public async Task<NewMessage> MessageAsync(
        IMessageStore store,
        Ownership owner,
        string sender = "a@example.org",
        string[]? recipients = null,
        ReadOnlyMemory<byte>? body = null,
        ReadOnlyMemory<byte>? header = null,
        MessageId? id = null,
        int firstSequence = 0)
    {
        var key = id ?? NextId();
        var octets = body ?? Encoding.ASCII.GetBytes($"body of {key}\r\n");
        var writer = store.CreateBody(key);
        await writer.WriteAsync(octets, default);
        await writer.CompleteAsync(default);
        return Of(key, owner, writer, sender, recipients ?? ["b@example.net"], header ?? Header, firstSequence);
    }

    public NewMessage Of(
        MessageId id, Ownership owner, IBodyWriter body, string sender, string[] recipients, ReadOnlyMemory<byte> header, int firstSequence = 0) => new()
        {
            Id = id,
            Owner = owner,
            ReceivedAt = time.GetUtcNow(),
            Envelope = new Envelope
            {
                Sender = sender.Length == 0 ? EnvelopeAddress.Null : Address(sender),
                Recipients = [.. recipients.Select((r, i) => new EnvelopeRecipient(i, Address(r), DsnNotify.Failure, "rfc822;" + i))],
                Body = BodyType.EightBitMime,
                SmtpUtf8 = true,
                EnvelopeId = "QQ314159",
                AuthenticatedSender = "user@example.org",
                Return = DsnReturn.Headers,
                RequireTls = true,
            },
            HeaderBlock = header,
            Body = body,
            Policy = 7,
            Properties = ImmutableDictionary<string, string>.Empty.Add("acl_m0", "välue\n\"q\"").Add("host", "192.0.2.1"),
            Journal =
            [
                Entry(firstSequence, new TransactionStarted(
                    new ClientFacts("192.0.2.1", 1, null, "helo", "esmtp", null, 25, null, null), sender, null, 7)),
                .. recipients.Select((r, i) => Entry(firstSequence + 1 + i, new RecipientAccepted(i, r))),
                Entry(firstSequence + 1 + recipients.Length, new MessageAccepted(header.Length + body.Length, recipients.Length)),
            ],
        };

    public JournalEntry Entry(int sequence, JournalEvent journalEvent) => new(sequence, time.GetUtcNow(), journalEvent);
}
