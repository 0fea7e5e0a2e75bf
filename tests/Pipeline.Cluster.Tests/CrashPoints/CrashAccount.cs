using System.Globalization;
using System.Text;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>Every recipient of every message that the journals have accepted, answered or not, against what is in the folders and at the sink.</summary>
/// <remarks>A recipient that was redirected counts by those that it was redirected to.</remarks>
internal sealed class CrashAccount(IMessageStore store, CrashLoad load, CrashCopies copies)
{
    private readonly Dictionary<int, (MessageId Id, JournalEntry[] Journal)> _ended = [];
    private readonly StringBuilder _differences = new();

    public int Accepted { get; private set; }

    public int Delivered { get; private set; }

    public int Failed { get; private set; }

    public int Queued { get; private set; }

    /// <summary>Of those that are queued: their last attempt has an end that is not known, and no other has begun.</summary>
    public int InDoubt { get; private set; }

    /// <summary>Attempts in doubt that the journals list.</summary>
    public int Doubts { get; private set; }

    public int Lost { get; private set; }

    public int FileDuplicates { get; private set; }

    public int SmtpDuplicates { get; private set; }

    /// <summary>What must not be, with the timelines of the messages concerned; empty when the account is right.</summary>
    public string Differences => _differences.ToString();

    /// <summary>Looks at everything anew.</summary>
    public async Task DrawAsync(CancellationToken cancellationToken)
    {
        copies.Look();
        (Accepted, Delivered, Failed, Queued, InDoubt, Doubts, Lost, FileDuplicates, SmtpDuplicates) = (0, 0, 0, 0, 0, 0, 0, 0, 0);
        _differences.Clear();
        foreach (var name in copies.Damaged)
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"not whole: {name}");
        }

        foreach (var submission in load.All)
        {
            if (await FindAsync(submission, cancellationToken) is { } found)
            {
                Compare(submission, found.Id, found.Journal);
            }
            else if (submission.Acknowledged is { } id)
            {
                Lost++;
                _differences.AppendLine(CultureInfo.InvariantCulture, $"{id} (token {submission.Token}) had a 250 and no journal has it");
            }
            else if (copies.PlacesOf(submission.Token).ToArray() is { Length: > 0 } places)
            {
                _differences.AppendLine(CultureInfo.InvariantCulture, $"token {submission.Token} was accepted by nobody and is in {string.Join(", ", places)}");
            }
        }

        if (Accepted != Delivered + Failed + Queued + InDoubt)
        {
            _differences.AppendLine("the recipients accepted are not those delivered, failed, queued and in doubt");
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"accepted {Accepted} = delivered {Delivered} + failed {Failed} + queued {Queued} + in doubt {InDoubt}; lost {Lost}; duplicates {FileDuplicates} in files, {SmtpDuplicates} over SMTP of {Doubts} doubts");

    /// <summary>The accepted message of a sending; of one that is complete, the journal is read once.</summary>
    private async Task<(MessageId Id, JournalEntry[] Journal)?> FindAsync(Submission submission, CancellationToken cancellationToken)
    {
        if (_ended.TryGetValue(submission.Token, out var known))
        {
            return known;
        }

        (MessageId, JournalEntry[])? accepted = null;
        foreach (var id in await store.FindAsync(new JournalQuery(CrashLoad.SenderOf(submission.Token), null, null, null), cancellationToken))
        {
            JournalEntry[] journal = [.. await store.ReadJournalAsync(id, cancellationToken)];
            if (!journal.Any(static entry => entry.Event is MessageAccepted) || journal[^1].Event is TransactionAborted)
            {
                continue;
            }

            if (accepted is not null)
            {
                _differences.AppendLine(CultureInfo.InvariantCulture, $"token {submission.Token} was accepted twice");
            }

            accepted = (id, journal);
            if (journal.Any(static entry => entry.Event is MessageCompleted))
            {
                _ended.TryAdd(submission.Token, (id, journal));
            }
        }

        return accepted;
    }

    private void Compare(Submission submission, MessageId id, JournalEntry[] journal)
    {
        var problems = new List<string>();
        var recipients = new Dictionary<int, Leaf>();
        foreach (var entry in journal)
        {
            Apply(recipients, entry.Event, problems);
        }

        if (submission.Acknowledged is { } answered && answered != id)
        {
            problems.Add($"the 250 said {answered}");
        }

        foreach (var leaf in recipients.Values.Where(static leaf => !leaf.IsReplaced))
        {
            Judge(submission.Token, leaf, problems);
        }

        var notices = journal.Count(static entry => entry.Event is NotificationSent);
        var bounces = copies.Of(submission.Token, CrashLoad.BouncesOf(submission.Token));
        if (notices != recipients.Values.Count(static leaf => leaf.End == LeafEnd.Failed) || bounces != notices)
        {
            problems.Add($"{notices} notifications were made and {bounces} are there");
        }

        if (problems.Count > 0)
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"{id} (token {submission.Token}, sent to {submission.Node}): {string.Join("; ", problems)}");
            foreach (var entry in journal)
            {
                _differences.AppendLine(CultureInfo.InvariantCulture, $"  {entry.Sequence,3} {entry.At:HH:mm:ss.fff} {entry.Event}");
            }
        }
    }

    private void Judge(int token, Leaf leaf, List<string> problems)
    {
        var found = copies.Of(token, leaf.Place);
        Accepted++;
        Doubts += leaf.Doubts;
        switch (leaf.End)
        {
            case LeafEnd.Delivered:
                Delivered++;
                Lost += found == 0 ? 1 : 0;
                break;
            case LeafEnd.Failed:
                Failed++;
                break;
            default:
                (Queued, InDoubt) = leaf.IsInDoubt ? (Queued, InDoubt + 1) : (Queued + 1, InDoubt);
                break;
        }

        var twice = Math.Max(found - 1, 0);
        if (leaf.Place == CrashCopies.Smtp)
        {
            SmtpDuplicates += twice;
        }
        else
        {
            FileDuplicates += twice;
        }

        if (leaf.End == LeafEnd.Delivered && found == 0)
        {
            problems.Add($"{leaf.Address} is lost");
        }
        else if (twice > (leaf.Place == CrashCopies.Smtp ? leaf.Doubts : 0))
        {
            problems.Add($"{leaf.Address} has it {found} times with {leaf.Doubts} doubts");
        }
        else if (leaf.End == LeafEnd.Failed && found > 0)
        {
            problems.Add($"{leaf.Address} has failed and is there");
        }
    }

    private static void Apply(Dictionary<int, Leaf> recipients, JournalEvent what, List<string> problems)
    {
        switch (what)
        {
            case RecipientAccepted e:
                recipients.Add(e.Recipient, new Leaf(e.Address));
                break;
            case RecipientRedirected e:
                recipients[e.Recipient].IsReplaced = true;
                foreach (var child in e.Children)
                {
                    recipients.Add(child.Index, new Leaf(child.Address));
                }

                break;
            case AttemptStarted e:
                recipients[e.Recipient].IsInDoubt = false;
                break;
            case AttemptInDoubt e:
                recipients[e.Recipient].Doubts++;
                recipients[e.Recipient].IsInDoubt = true;
                break;
            case RecipientDelivered e:
                End(e.Recipient, LeafEnd.Delivered);
                break;
            case RecipientFailed e:
                End(e.Recipient, LeafEnd.Failed);
                break;
        }

        void End(int index, LeafEnd end)
        {
            if (recipients[index].End != LeafEnd.None || recipients[index].IsReplaced)
            {
                problems.Add($"{recipients[index].Address} ends twice");
            }

            recipients[index].End = end;
        }
    }

    private enum LeafEnd
    {
        None = 0,
        Delivered = 1,
        Failed = 2,
    }

    /// <summary>A recipient as the journal tells of it.</summary>
    private sealed class Leaf(string address)
    {
        public string Address => address;

        public bool IsReplaced { get; set; }

        public LeafEnd End { get; set; }

        public int Doubts { get; set; }

        public bool IsInDoubt { get; set; }

        /// <summary>Where its copy is to be.</summary>
        public string Place { get; } = address.EndsWith("@queue.test", StringComparison.Ordinal) ? CrashCopies.Queue
            : address.EndsWith("@smtp.test", StringComparison.Ordinal) ? CrashCopies.Smtp
            : address[..address.IndexOf('@', StringComparison.Ordinal)];
    }
}
