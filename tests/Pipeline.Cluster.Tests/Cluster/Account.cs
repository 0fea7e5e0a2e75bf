using System.Globalization;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Accepted recipients against what became of them, in the journals and in the folders and the sink.</summary>
internal sealed class Account(IMessageStore store, Submissions submissions, Copies copies)
{
    private const int SmtpRecipient = 2;

    private readonly Dictionary<MessageId, IReadOnlyList<JournalEntry>> _ended = [];
    private readonly StringBuilder _differences = new();

    public int Accepted { get; private set; }

    public int Delivered { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Recipients of messages that are not complete.</summary>
    public int Queued { get; private set; }

    /// <summary>Attempts whose end is not known, as the journals list them.</summary>
    public int Doubts { get; private set; }

    public int Lost { get; private set; }

    public int FileDuplicates { get; private set; }

    public int SmtpDuplicates { get; private set; }

    /// <summary>Sendings that were refused at their final dot and are there all the same: the client's repeat is a second message.</summary>
    public int RefusedAndThere { get; private set; }

    /// <summary>What must not be, with the timelines of the messages concerned; empty when the account is right.</summary>
    public string Differences => _differences.ToString();

    /// <summary>Looks at everything anew.</summary>
    public async Task DrawAsync(CancellationToken cancellationToken)
    {
        copies.Look();
        (Accepted, Delivered, Failed, Queued, Doubts, Lost, FileDuplicates, SmtpDuplicates, RefusedAndThere) = (0, 0, 0, 0, 0, 0, 0, 0, 0);
        _differences.Clear();
        foreach (var name in copies.Damaged)
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"not whole: {name}");
        }

        foreach (var submission in submissions.All)
        {
            var id = submission.Acknowledged ?? copies.IdOf(submission.Token);
            if (id is { } known)
            {
                Compare(submission, known, await JournalAsync(known, cancellationToken));
            }
        }

        if (Accepted != Delivered + Failed + Queued)
        {
            _differences.AppendLine("the recipients accepted are not those delivered, failed and queued");
        }
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {Accepted} = delivered {Delivered} + failed {Failed} + queued {Queued}; doubts {Doubts}; lost {Lost}, duplicates {FileDuplicates} in files, {SmtpDuplicates} over SMTP; refused yet there {RefusedAndThere}");

    /// <summary>The journal of a message; of one that is complete, it is read once.</summary>
    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(MessageId id, CancellationToken cancellationToken)
    {
        if (_ended.TryGetValue(id, out var known))
        {
            return known;
        }

        var journal = await store.ReadJournalAsync(id, cancellationToken);
        if (journal.Any(static entry => entry.Event is MessageCompleted))
        {
            _ended.Add(id, journal);
        }

        return journal;
    }

    private void Compare(Submission submission, MessageId id, IReadOnlyList<JournalEntry> journal)
    {
        var (maildir, queue, smtp) = copies.Of(submission.Token);
        var events = journal.Select(static entry => entry.Event).ToArray();
        var doubts = events.OfType<AttemptInDoubt>().Count(static doubt => doubt.Recipient == SmtpRecipient);
        var failed = events.OfType<RecipientFailed>().Select(static end => end.Recipient).ToHashSet();
        Doubts += events.OfType<AttemptInDoubt>().Count();
        var twice = Math.Max(maildir - 1, 0) + Math.Max(queue - 1, 0);
        FileDuplicates += twice;
        SmtpDuplicates += Math.Max(smtp - 1, 0);
        RefusedAndThere += submission.Refused && maildir + queue + smtp > 0 ? 1 : 0;
        var lost = 0;
        if (submission.Acknowledged is not null)
        {
            var delivered = events.OfType<RecipientDelivered>().Select(static end => end.Recipient).ToHashSet();
            var complete = events.OfType<MessageCompleted>().Any();
            Accepted += 3;
            Delivered += delivered.Count;
            Failed += failed.Count;
            Queued += complete ? 0 : 3 - delivered.Count - failed.Count;
            int[] there = [maildir, queue, smtp];
            lost = there.Where((count, recipient) => count == 0 && (complete || delivered.Contains(recipient)) && !failed.Contains(recipient)).Count();
            Lost += lost;
        }

        var problem = twice > 0 ? "twice in files" : lost > 0 ? "lost" : smtp - 1 > doubts ? "more copies over SMTP than doubts" : null;
        if (problem is not null)
        {
            _differences.AppendLine(
                CultureInfo.InvariantCulture, $"{id} (token {submission.Token}, sent to {submission.Node}) {problem}: maildir {maildir}, queuefile {queue}, SMTP {smtp}");
            foreach (var entry in journal)
            {
                _differences.AppendLine(CultureInfo.InvariantCulture, $"  {entry.Sequence,3} {entry.At:HH:mm:ss.fff} {entry.Event}");
            }
        }
    }
}
