using System.Globalization;
using System.Net;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Harness;

/// <summary>Journals, copies and sendings as a test wants them, and the account of them.</summary>
internal sealed class AccountScene : IJournals, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mp-account-");
    private readonly Dictionary<MessageId, IReadOnlyList<JournalEntry>> _journals = [];
    private readonly Submissions _submissions = new();
    private readonly SmtpSink _sink = new(IPAddress.Loopback);
    private readonly Account _account;
    private int _files;

    public AccountScene() => _account = new Account(this, _submissions, new Copies(FolderOf("mail"), FolderOf("mbox"), FolderOf("out"), _sink));

    public void Dispose()
    {
        _sink.Dispose();
        _folder.Delete(recursive: true);
    }

    public static MessageId Id(int number) => MessageId.Create(string.Create(CultureInfo.InvariantCulture, $"1vMhEx-00000000001-{number:0000}"));

    /// <summary>A client sends a message. The first sending has token 0, the next 1.</summary>
    public Submission Send(MessageId? acknowledged = null, bool refused = false)
    {
        var submission = _submissions.Begin("n1", TestCluster.RecipientsOf);
        submission.Refused = refused;
        if (acknowledged is { } id)
        {
            _submissions.Acknowledge(submission, id);
        }

        return submission;
    }

    /// <summary>Writes the journal of a message that was accepted, anew when there is one.</summary>
    public void Journal(MessageId id, string sender, IReadOnlyList<string> recipients, params IEnumerable<JournalEvent> events)
    {
        JournalEvent[] all =
        [
            new TransactionStarted(new ClientFacts(null, 0, null, "", "esmtp", null, 0, null, null), sender, null, 1),
            .. recipients.Select(static (address, index) => new RecipientAccepted(index, address)),
            new MessageAccepted(1, recipients.Count),
            .. events,
        ];
        _journals[id] = [.. all.Select(static (one, sequence) => new JournalEntry(sequence, DateTimeOffset.UnixEpoch, one))];
    }

    public static string Message(MessageId id, int token) => $"Received: by mx\n\tid {id};\n{TestMessage.TokenHeader}{token}\n\n{TestMessage.LastLine(token)}\n";

    /// <param name="token">Of the message that it tells of.</param>
    public static string Notification(MessageId id, int token) => $"Message-Id: <E{id}@mx>\n\nfailed\n{TestMessage.TokenHeader}{token}\n\n--boundary--\n";

    /// <summary>Delivers a copy.</summary>
    /// <param name="body">Of a queuefile, when it is not the header; null for none at all.</param>
    public void Deliver(Place place, string text, string? body = "same")
    {
        switch (place.Transport)
        {
            case Transport.Maildir:
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(FolderOf("mail"), place.Box, "new")).FullName, NextFile()), text);
                break;
            case Transport.Mbox:
                File.AppendAllText(MboxOf(place), $"From a@b Thu Jan  1 00:00:00 1970\n{text}\n");
                break;
            case Transport.Queuefile:
                var name = Path.Combine(Directory.CreateDirectory(FolderOf("out")).FullName, NextFile());
                File.WriteAllText(name + "-H", text);
                if (body is not null)
                {
                    File.WriteAllText(name + "-D", body == "same" ? text : body);
                }

                break;
            case Transport.Smtp:
                _sink.Remember(text);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(place), place, "nothing is delivered there");
        }
    }

    /// <summary>The file of an mbox.</summary>
    public string MboxOf(Place place) => Path.Combine(Directory.CreateDirectory(FolderOf("mbox")).FullName, place.Box);

    public async Task<Account> DrawAsync()
    {
        await _account.DrawAsync(default);
        return _account;
    }

    public ValueTask<IReadOnlyList<MessageId>> FindAsync(DateTimeOffset? since, CancellationToken cancellationToken) => new([.. _journals.Keys]);

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(MessageId id, CancellationToken cancellationToken) => new(_journals.GetValueOrDefault(id, []));

    private string FolderOf(string name) => Path.Combine(_folder.FullName, name);

    private string NextFile() => string.Create(CultureInfo.InvariantCulture, $"f{_files++}");
}
