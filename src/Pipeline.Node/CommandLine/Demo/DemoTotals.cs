using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>What the journals of a store say when they are added up. Nothing in here comes from whoever made the mail.</summary>
internal sealed class DemoTotals
{
    private const int MaxJournals = 1_000_000;

    private int _mostEventful = -1;

    /// <summary>Messages accepted from clients.</summary>
    public int Messages { get; private set; }

    /// <summary>Messages that the node accepted from itself.</summary>
    public int Notifications { get; private set; }

    /// <summary>Notifications of which the journals of failed messages tell.</summary>
    public int NotificationsAnnounced { get; private set; }

    /// <summary>Transactions that ended without a message.</summary>
    public int MessagesRefused { get; private set; }

    /// <summary>Recipients in the envelopes of messages from clients.</summary>
    public int Recipients { get; private set; }

    public int RecipientsRefused { get; private set; }

    /// <summary>Recipients that aliases stand for.</summary>
    public int Children { get; private set; }

    /// <summary>Recipients in whose place others were put, or that were discarded.</summary>
    public int Redirected { get; private set; }

    /// <summary>Recipients that ended because another stands for the same delivery.</summary>
    public int Duplicates { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Recipients without an end.</summary>
    public int Queued { get; private set; }

    /// <summary>Those of <see cref="Queued"/> that were tried and wait for the next try.</summary>
    public int Deferred { get; private set; }

    /// <summary>By transport.</summary>
    public SortedDictionary<string, int> DeliveredBy { get; } = new(StringComparer.Ordinal);

    /// <summary>Results of checks, such as "spf pass".</summary>
    public SortedDictionary<string, int> Checks { get; } = new(StringComparer.Ordinal);

    public int Delivered => DeliveredBy.Values.Sum();

    /// <summary>The message to which the most different things happened; null when there is none.</summary>
    public (MessageId Id, ImmutableArray<JournalEntry> Journal)? MostEventful { get; private set; }

    public static async Task<DemoTotals> ReadAsync(IMessageStore store, CancellationToken cancellationToken)
    {
        var totals = new DemoTotals();
        foreach (var id in await store.FindAsync(new JournalQuery(null, null, null, null, MaxJournals), cancellationToken))
        {
            totals.Add(id, await store.ReadJournalAsync(id, cancellationToken));
        }

        return totals;
    }

    public void Add(MessageId id, ImmutableArray<JournalEntry> journal)
    {
        RecipientsRefused += journal.Count(entry => entry.Event is RecipientRefused);
        foreach (var check in journal.Select(entry => entry.Event).OfType<CheckCompleted>())
        {
            Increment(Checks, $"{check.Check} {check.Result}");
        }

        if (!journal.Any(entry => entry.Event is MessageAccepted))
        {
            MessagesRefused++;
            return;
        }

        var isNotification = journal.Any(entry => entry.Event is TransactionStarted { Client.Address: null });
        Messages += isNotification ? 0 : 1;
        Notifications += isNotification ? 1 : 0;
        AddRecipients(journal, isNotification);
        var eventfulness = Eventfulness(journal);
        if (eventfulness > _mostEventful)
        {
            (_mostEventful, MostEventful) = (eventfulness, (id, journal));
        }
    }

    private void AddRecipients(ImmutableArray<JournalEntry> journal, bool isNotification)
    {
        var (open, deferred) = (new HashSet<int>(), new HashSet<int>());
        foreach (var entry in journal)
        {
            switch (entry.Event)
            {
                case RecipientAccepted accepted:
                    Recipients += isNotification ? 0 : 1;
                    open.Add(accepted.Recipient);
                    break;
                case RecipientWithdrawn withdrawn:
                    Recipients -= isNotification ? 0 : 1;
                    open.Remove(withdrawn.Recipient);
                    break;
                case RecipientRedirected redirected:
                    Redirected++;
                    Children += redirected.Children.Length;
                    open.Remove(redirected.Recipient);
                    open.UnionWith(redirected.Children.Select(child => child.Index));
                    break;
                case RecipientDuplicated duplicate:
                    Duplicates++;
                    open.Remove(duplicate.Recipient);
                    break;
                case RecipientDeferred waiting:
                    deferred.Add(waiting.Recipient);
                    break;
                case RecipientDelivered delivered:
                    Increment(DeliveredBy, delivered.Transport);
                    open.Remove(delivered.Recipient);
                    break;
                case RecipientFailed failed:
                    Failed++;
                    open.Remove(failed.Recipient);
                    break;
                case NotificationSent:
                    NotificationsAnnounced++;
                    break;
            }
        }

        Queued += open.Count;
        Deferred += open.Count(deferred.Contains);
    }

    /// <summary>Many kinds of events count most, then few lines: a timeline that shows much and is still read.</summary>
    private static int Eventfulness(ImmutableArray<JournalEntry> journal)
    {
        var kinds = journal.Select(entry => entry.Event.GetType()).Distinct().Count();
        return (kinds * 1000) - journal.Length;
    }

    private static void Increment(SortedDictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
