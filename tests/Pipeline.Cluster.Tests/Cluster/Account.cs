using System.Globalization;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Accepted recipients against what became of them, in the journals and in the folders and the sink.</summary>
/// <remarks>
/// It covers every message that the database ever accepted: acknowledged ones, those whose 250 did not arrive, and the notifications that the cluster made itself.
/// A recipient that was redirected counts by those that it was redirected to.
/// </remarks>
internal sealed class Account(IJournals journals, Submissions submissions, Copies copies)
{
    /// <summary>A transaction that began so long before the last look may have been accepted since.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    private readonly Dictionary<MessageId, MessageFate> _ended = [];
    private readonly HashSet<MessageId> _known = [];
    private readonly Dictionary<Transport, int> _duplicates = [];
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

    /// <summary>Sendings that were refused at their final dot and are there all the same: the client's repeat is a second message.</summary>
    public int RefusedAndThere { get; private set; }

    /// <summary>What must not be, with the timelines of the messages concerned; empty when the account is right.</summary>
    public string Differences => _differences.ToString();

    /// <summary>Copies of recipients beyond the first of each.</summary>
    public int DuplicatesBy(Transport transport) => _duplicates.GetValueOrDefault(transport);

    /// <summary>Of what the clients of a cluster send.</summary>
    public static Account Of(TestCluster cluster, Submissions submissions) =>
        new(new StoredJournals(cluster.Store), submissions, new Copies(cluster.MailFolder, cluster.MboxFolder, cluster.QueueFolder, cluster.Sink));

    /// <summary>Looks at everything anew.</summary>
    public async Task DrawAsync(CancellationToken cancellationToken)
    {
        copies.Look();
        var looking = TimeProvider.System.GetUtcNow();
        var since = _looked == DateTimeOffset.MinValue ? (DateTimeOffset?)null : _looked - Overlap;
        _known.UnionWith(await journals.FindAsync(since, cancellationToken));
        _looked = looking;
        (Accepted, Delivered, Failed, Queued, InDoubt, Doubts, Notifications, Lost, RefusedAndThere) = (0, 0, 0, 0, 0, 0, 0, 0, 0);
        _duplicates.Clear();
        _differences.Clear();
        foreach (var problem in copies.Problems)
        {
            _differences.AppendLine(problem);
        }

        var accepted = new Dictionary<MessageId, MessageFate>();
        foreach (var id in _known)
        {
            if (await FateAsync(id, cancellationToken) is { IsAccepted: true } fate)
            {
                accepted.Add(id, fate);
            }
        }

        var told = accepted.Values.SelectMany(static fate => fate.Notifications).CountBy(static id => id).ToDictionary();
        var places = copies.Places;
        foreach (var fate in accepted.Values)
        {
            Compare(fate, places[fate.Id], accepted, told);
        }

        CompareWithClients(accepted);
        foreach (var stray in places.Where(of => !accepted.ContainsKey(of.Key)))
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"{stray.Key} was delivered to {string.Join(", ", stray)}, and no journal knows it");
        }

        if (Accepted != Delivered + Failed + Queued + InDoubt)
        {
            _differences.AppendLine("the recipients accepted are not those delivered, failed, queued and in doubt");
        }
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {Accepted} = delivered {Delivered} + failed {Failed} + queued {Queued} + in doubt {InDoubt}; notifications {Notifications}; doubts listed {Doubts}; lost {Lost}; ")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"duplicates: Maildir {DuplicatesBy(Transport.Maildir)}, mbox {DuplicatesBy(Transport.Mbox)}, queuefile {DuplicatesBy(Transport.Queuefile)}, SMTP {DuplicatesBy(Transport.Smtp)}; ")
        + string.Create(CultureInfo.InvariantCulture, $"refused yet there {RefusedAndThere}");

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

    /// <param name="places">Where copies of it are.</param>
    /// <param name="accepted">Every message that was.</param>
    /// <param name="told">How often journals tell of each notification.</param>
    private void Compare(MessageFate fate, IEnumerable<Place> places, Dictionary<MessageId, MessageFate> accepted, Dictionary<MessageId, int> told)
    {
        var problems = new List<string>(fate.Contradictions);
        foreach (var recipient in fate.Recipients)
        {
            Count(recipient);
            var there = copies.Of(fate.Id, recipient.Place);
            _duplicates[recipient.Place.Transport] = DuplicatesBy(recipient.Place.Transport) + Math.Max(there - 1, 0);
            if (ProblemOf(recipient, there, fate.IsComplete) is { } problem)
            {
                problems.Add($"{recipient.Address} {problem} ({there} there, {recipient.Standing})");
            }
        }

        var right = fate.Recipients.Select(static recipient => recipient.Place);
        problems.AddRange(places.Except(right).Select(static place => $"it is at {place}, where none of its recipients is"));
        if (fate.Token is not { } token)
        {
            problems.Add("no client has sent it, and it tells of nothing that one has sent");
        }
        else if (copies.TokenOf(fate.Id) is { } other && other != token)
        {
            problems.Add($"it is of token {token}, and its copies are of token {other}");
        }

        CompareNotifications(fate, accepted, told, problems);
        if (problems.Count > 0)
        {
            Report(fate, problems);
        }
    }

    private void CompareNotifications(MessageFate fate, Dictionary<MessageId, MessageFate> accepted, Dictionary<MessageId, int> told, List<string> problems)
    {
        Notifications += fate.Notifications.Length;
        if (!fate.IsNotification && fate.Failed != fate.Notifications.Length)
        {
            problems.Add($"{fate.Failed} failed, {fate.Notifications.Length} notifications tell of them");
        }

        foreach (var id in fate.Notifications)
        {
            if (!accepted.TryGetValue(id, out var notification))
            {
                problems.Add($"its notification {id} is not there");
            }
            else if (!notification.IsNotification || notification.Token != fate.Token)
            {
                problems.Add($"{id}, its notification, is to another sender");
            }
        }

        if (fate.IsNotification && told.GetValueOrDefault(fate.Id) is not 1 and var times)
        {
            problems.Add($"{times} journals tell of this notification");
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
        if (there == 0 && recipient.Standing != RecipientStanding.Failed && (complete || recipient.Standing == RecipientStanding.Delivered))
        {
            Lost++;
            return "lost";
        }

        return recipient.Standing == RecipientStanding.Failed && !recipient.IsToFail ? "failed, and nobody refused it"
            : recipient.Standing == RecipientStanding.Failed && there > 0 ? "failed, and is there"
            : there - 1 > (recipient.Place.Transport == Transport.Smtp ? recipient.Doubts : 0) ? "there more often than doubts allow"
            : null;
    }

    private void CompareWithClients(Dictionary<MessageId, MessageFate> accepted)
    {
        var byToken = accepted.Values.Where(static fate => !fate.IsNotification).ToLookup(static fate => fate.Token, static fate => fate.Id);
        foreach (var submission in submissions.All)
        {
            var ids = byToken[submission.Token].ToArray();
            RefusedAndThere += submission.Refused && ids.Length > 0 ? 1 : 0;
            if (ids.Length > 1)
            {
                _differences.AppendLine(
                    CultureInfo.InvariantCulture, $"token {submission.Token}, sent once to {submission.Node}, was accepted as {string.Join(" and as ", ids)}");
            }

            if (submission.Acknowledged is { } id && !accepted.ContainsKey(id))
            {
                Lost += submission.Recipients.Length;
                _differences.AppendLine(CultureInfo.InvariantCulture, $"{id} was acknowledged by {submission.Node}, and no journal knows it");
            }

            foreach (var other in ids.Where(other => submission.Acknowledged is { } own && own != other))
            {
                _differences.AppendLine(CultureInfo.InvariantCulture, $"{submission.Acknowledged} was acknowledged by {submission.Node}, and came as {other}");
            }
        }
    }

    private void Report(MessageFate fate, List<string> problems)
    {
        _differences.AppendLine(CultureInfo.InvariantCulture, $"{fate.Id} (token {fate.Token}): {string.Join("; ", problems)}");
        foreach (var entry in fate.Journal)
        {
            _differences.AppendLine(CultureInfo.InvariantCulture, $"  {entry.Sequence,3} {entry.At:HH:mm:ss.fff} {entry.Event}");
        }
    }
}
