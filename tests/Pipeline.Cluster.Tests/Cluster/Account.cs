using System.Globalization;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Accepted recipients against what became of them, in the journals and in the folders and the sink.</summary>
/// <remarks>
/// It covers every message that the database ever accepted: acknowledged ones, those whose 250 did not arrive, and the notifications that the cluster made itself.
/// </remarks>
internal sealed class Account(IJournals journals, Submissions submissions, Copies copies)
{
    /// <summary>A transaction that began so long before the last look may have been accepted since.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    private readonly Dictionary<MessageId, MessageFate> _ended = [];
    private readonly HashSet<MessageId> _known = [];
    private readonly StringBuilder _differences = new();
    private DateTimeOffset _looked = DateTimeOffset.MinValue;

    /// <summary>Recipients of messages that were accepted, notifications included.</summary>
    public int Accepted { get; private set; }

    public int Delivered { get; private set; }

    public int Failed { get; private set; }

    public int Queued { get; private set; }

    /// <summary>Recipients with an attempt whose end is not known yet.</summary>
    public int InDoubt { get; private set; }

    /// <summary>Attempts whose end is not known, as the journals list them, also of recipients that have been delivered since.</summary>
    public int Doubts { get; private set; }

    /// <summary>Messages that tell of failures; each is an accepted one with one recipient.</summary>
    public int Notifications { get; private set; }

    public int Lost { get; private set; }

    public int MaildirDuplicates { get; private set; }

    public int QueueDuplicates { get; private set; }

    public int SmtpDuplicates { get; private set; }

    /// <summary>Sendings that were refused at their final dot and are there all the same: the client's repeat is a second message.</summary>
    public int RefusedAndThere { get; private set; }

    /// <summary>What must not be, with the timelines of the messages concerned; empty when the account is right.</summary>
    public string Differences => _differences.ToString();

    /// <summary>Looks at everything anew.</summary>
    public async Task DrawAsync(CancellationToken cancellationToken)
    {
        copies.Look();
        var looking = TimeProvider.System.GetUtcNow();
        var since = _looked == DateTimeOffset.MinValue ? (DateTimeOffset?)null : _looked - Overlap;
        _known.UnionWith(await journals.FindAsync(since, cancellationToken));
        _looked = looking;
        (Accepted, Delivered, Failed, Queued, InDoubt, Doubts, Notifications, Lost, RefusedAndThere) = (0, 0, 0, 0, 0, 0, 0, 0, 0);
        (MaildirDuplicates, QueueDuplicates, SmtpDuplicates) = (0, 0, 0);
        _differences.Clear();
        foreach (var problem in copies.Problems)
        {
            _differences.AppendLine(problem);
        }

        var accepted = new HashSet<MessageId>();
        foreach (var id in _known)
        {
            var fate = await FateAsync(id, cancellationToken);
            if (!fate.Recipients.IsEmpty)
            {
                accepted.Add(id);
                Compare(fate);
            }
        }

        CompareWithClients(accepted);
        if (Accepted != Delivered + Failed + Queued + InDoubt)
        {
            _differences.AppendLine("the recipients accepted are not those delivered, failed, queued and in doubt");
        }
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {Accepted} = delivered {Delivered} + failed {Failed} + queued {Queued} + in doubt {InDoubt}; notifications {Notifications}; doubts listed {Doubts}; lost {Lost}; duplicates: Maildir {MaildirDuplicates}, queuefile {QueueDuplicates}, SMTP {SmtpDuplicates}; refused yet there {RefusedAndThere}");

    /// <summary>The journal of a message; of one that is complete, it is read once.</summary>
    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(MessageId id, CancellationToken cancellationToken) => (await FateAsync(id, cancellationToken)).Journal;

    private async Task<MessageFate> FateAsync(MessageId id, CancellationToken cancellationToken)
    {
        if (_ended.TryGetValue(id, out var known))
        {
            return known;
        }

        var fate = MessageFate.Of(id, await journals.ReadAsync(id, cancellationToken));
        if (fate.IsComplete)
        {
            _ended.Add(id, fate);
        }

        return fate;
    }

    private void Compare(MessageFate fate)
    {
        var problems = new List<string>();
        foreach (var recipient in fate.Recipients)
        {
            Count(recipient);
            var there = copies.Of(recipient.Domain, fate.Id);
            var more = Math.Max(there - 1, 0);
            switch (recipient.Domain)
            {
                case TestCluster.MaildirDomain:
                    MaildirDuplicates += more;
                    break;
                case TestCluster.QueueDomain:
                    QueueDuplicates += more;
                    break;
                default:
                    SmtpDuplicates += more;
                    break;
            }

            if (ProblemOf(recipient, there, fate.IsComplete) is { } problem)
            {
                problems.Add($"{recipient.Address} {problem} ({there} there, {recipient.Standing})");
            }
        }

        Notifications += fate.Notifications.Length;
        if (!fate.IsNotification && fate.Failed != fate.Notifications.Length)
        {
            problems.Add($"{fate.Failed} failed, {fate.Notifications.Length} notifications tell of them");
        }

        problems.AddRange(fate.Notifications.Where(id => !_known.Contains(id)).Select(id => $"its notification {id} is not there"));
        if (problems.Count > 0)
        {
            Report(fate, problems);
        }
    }

    private void Count(RecipientFate recipient)
    {
        Accepted++;
        Delivered += recipient.Standing == RecipientStanding.Delivered ? 1 : 0;
        Failed += recipient.Standing == RecipientStanding.Failed ? 1 : 0;
        InDoubt += recipient.Standing == RecipientStanding.InDoubt ? 1 : 0;
        Queued += recipient.Standing == RecipientStanding.Queued ? 1 : 0;
        Doubts += recipient.Doubts;
    }

    private string? ProblemOf(RecipientFate recipient, int there, bool complete)
    {
        var refused = recipient.Domain == TestCluster.SmtpDomain && SinkAnswers.IsFinal(SinkAnswers.Of(recipient.Address));
        if (there == 0 && recipient.Standing != RecipientStanding.Failed && (complete || recipient.Standing == RecipientStanding.Delivered))
        {
            Lost++;
            return "lost";
        }

        return recipient.Standing == RecipientStanding.Failed && !refused ? "failed, and nobody refused it"
            : recipient.Standing == RecipientStanding.Failed && there > 0 ? "failed, and is there"
            : there - 1 > (recipient.Domain == TestCluster.SmtpDomain ? recipient.Doubts : 0) ? "there more often than doubts allow"
            : null;
    }

    private void CompareWithClients(HashSet<MessageId> accepted)
    {
        foreach (var submission in submissions.All)
        {
            var there = copies.IdOf(submission.Token);
            RefusedAndThere += submission.Refused && there is not null ? 1 : 0;
            if (submission.Acknowledged is { } id && !accepted.Contains(id))
            {
                Lost += TestCluster.RecipientsOf(submission.Token).Length;
                _differences.AppendLine(CultureInfo.InvariantCulture, $"{id} was acknowledged by {submission.Node}, and no journal knows it");
            }

            if (submission.Acknowledged is { } own && there is { } other && own != other)
            {
                _differences.AppendLine(CultureInfo.InvariantCulture, $"{own} was acknowledged by {submission.Node}, and came as {other}");
            }
        }

        foreach (var id in copies.Ids.Where(id => !accepted.Contains(id)))
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"{id} was delivered, and no journal knows it");
        }
    }

    private void Report(MessageFate fate, List<string> problems)
    {
        _differences.AppendLine(CultureInfo.InvariantCulture, $"{fate.Id}: {string.Join("; ", problems)}");
        foreach (var entry in fate.Journal)
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"  {entry.Sequence,3} {entry.At:HH:mm:ss.fff} {entry.Event}");
        }
    }
}
