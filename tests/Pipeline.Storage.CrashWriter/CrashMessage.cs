using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.CrashWriter;

/// <summary>A message whose whole content follows from its id, so that whoever finds it after a crash can tell whether it is complete.</summary>
public static class CrashMessage
{
    /// <summary>Inline and in files, small and at the limits.</summary>
    private static readonly int[] Sizes = [0, 100, 4_000, 60_000, 131_072, 131_073, 400_000];

    public static byte[] BodyOf(MessageId id)
    {
        var seed = SeedOf(id);
        var body = new byte[Sizes[(seed & 0x7fffffff) % Sizes.Length]];
        new Random(seed).NextBytes(body);
        return body;
    }

    public static byte[] HeaderOf(MessageId id) => System.Text.Encoding.ASCII.GetBytes($"X-Id: {id}\r\n");

    public static async Task<NewMessage> CreateAsync(IMessageStore store, Ownership owner, MessageId id, DateTimeOffset now)
    {
        var body = store.CreateBody(id);
        foreach (var part in BodyOf(id).Chunk(16 * 1024))
        {
            await body.WriteAsync(part, default);
        }

        await body.CompleteAsync(default);
        return new NewMessage
        {
            Id = id,
            Owner = owner,
            ReceivedAt = now,
            Envelope = new Envelope
            {
                Sender = new EnvelopeAddress("a", "example.org"),
                Recipients = [new EnvelopeRecipient(0, new EnvelopeAddress("b", "example.net"))],
            },
            HeaderBlock = HeaderOf(id),
            Body = body,
            Policy = 1,
            Properties = ImmutableDictionary<string, string>.Empty,
            Journal = [new JournalEntry(0, now, new RecipientAccepted(0, "b@example.net")), new JournalEntry(1, now, new MessageAccepted(1, 1))],
        };
    }

    private static int SeedOf(MessageId id)
    {
        var hash = 17;
        foreach (var c in id.ToString())
        {
            hash = unchecked((hash * 31) + c);
        }

        return hash;
    }
}
