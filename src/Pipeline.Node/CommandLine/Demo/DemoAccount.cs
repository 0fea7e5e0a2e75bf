namespace Pipeline.Node.CommandLine.Demo;

/// <summary>Two numbers that must be the same.</summary>
/// <param name="Expected">What the journals say.</param>
/// <param name="Found">What is found elsewhere.</param>
internal sealed record DemoCheck(string What, long Expected, long Found)
{
    public bool Holds => Expected == Found;
}

/// <summary>Balances the journals against themselves and against what is seen outside.</summary>
internal static class DemoAccount
{
    public static ImmutableArray<DemoCheck> Balance(DemoTotals totals, DemoEvidence evidence) =>
    [
        new("messages accepted = 250 replies that clients saw", totals.Messages, evidence.MessagesTaken),
        new("recipients in envelopes = recipients that clients were promised", totals.Recipients, evidence.RecipientsTaken),
        new("recipients refused = refusals that clients saw", totals.RecipientsRefused, evidence.RecipientsRefused),
        new(
            "recipients, with those of aliases and notifications = delivered + failed + queued",
            totals.Recipients + totals.Notifications + totals.Children - totals.Redirected - totals.Duplicates,
            totals.Delivered + totals.Failed + totals.Queued),
        new("delivered to Maildirs = files in them", By(totals, "maildir"), evidence.MaildirFiles),
        new("delivered by SMTP = recipients that the next hop counted", By(totals, "internet") + By(totals, "smarthost"), evidence.NextHopRecipients),
        new("handed to quarantine = recipients in its spool files", By(totals, "quarantine"), evidence.QuarantineRecipients),
        new("delivered in all = the three together", totals.Delivered, evidence.MaildirFiles + evidence.NextHopRecipients + evidence.QuarantineRecipients),
        new("queued = recipients in the queue list", totals.Queued, evidence.QueueRecipients),
        new("queued = deferred by a peer, none forgotten", totals.Queued, totals.Deferred),
        new("notifications announced = notifications accepted", totals.NotificationsAnnounced, totals.Notifications),
    ];

    private static int By(DemoTotals totals, string transport) => totals.DeliveredBy.GetValueOrDefault(transport);
}
