using Pipeline.Mail.Spool;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>What is seen from outside the journals: what clients were told, what lies in folders, what the next hop counted, what the queue lists.</summary>
internal sealed record DemoEvidence
{
    /// <summary>Messages for whose end clients got 250.</summary>
    public required int MessagesTaken { get; init; }

    /// <summary>Recipients of those messages that clients got 250 for.</summary>
    public required int RecipientsTaken { get; init; }

    public required int RecipientsRefused { get; init; }

    public required int MaildirFiles { get; init; }

    public required long NextHopRecipients { get; init; }

    /// <summary>Recipients named in the header files of the spool pairs.</summary>
    public required int QuarantineRecipients { get; init; }

    public required int QueueRecipients { get; init; }

    public static async Task<DemoEvidence> GatherAsync(
        DemoWorld world, IReadOnlyCollection<DemoAnswer> answers, DemoSink sink, IMessageStore store, CancellationToken cancellationToken)
    {
        var queue = await store.ListAsync(new QueueQuery(), cancellationToken);
        return new DemoEvidence
        {
            MessagesTaken = answers.Count(answer => answer.Accepted),
            RecipientsTaken = answers.Sum(answer => answer.TakenRecipients),
            RecipientsRefused = answers.Sum(answer => answer.RefusedRecipients),
            MaildirFiles = CountMaildirs(world.MaildirDirectory),
            NextHopRecipients = sink.Recipients,
            QuarantineRecipients = CountQuarantine(world.QuarantineDirectory),
            QueueRecipients = queue.Sum(message => message.Recipients.Count(recipient => recipient.Status == RecipientStatus.Queued)),
        };
    }

    /// <summary>Messages in all Maildirs below a folder; what is still in tmp was not delivered.</summary>
    public static int CountMaildirs(string directory) => !Directory.Exists(directory)
        ? 0
        : Directory.EnumerateDirectories(directory)
            .SelectMany(maildir => (string[])[Path.Combine(maildir, "new"), Path.Combine(maildir, "cur")])
            .Where(Directory.Exists)
            .Sum(folder => Directory.EnumerateFiles(folder).Count());

    /// <summary>Recipients of all complete pairs in a spool folder.</summary>
    public static int CountQuarantine(string directory) => Directory.EnumerateFiles(directory, "*-H")
        .Where(header => File.Exists($"{header[..^2]}-D"))
        .Sum(header => SpoolHeaderReader.TryRead(File.ReadAllBytes(header), null, out var file, out _) ? file.Recipients.Length : 0);
}
