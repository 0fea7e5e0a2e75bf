using Pipeline.Actors.Hints;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Callouts;

/// <summary>Callouts of a node.</summary>
public static class NodeCallouts
{
    public static CalloutServices Create(ICalloutClient client, IMessageStore store) => new(new CalloutAgent(client), new StoredCalloutCache(store));

    /// <summary>Forgets what no callout can use any more.</summary>
    /// <param name="olderThan">The longest time for which anything found is believed.</param>
    /// <returns>How many records.</returns>
    public static ValueTask<int> PurgeAsync(IMessageStore store, DateTimeOffset now, TimeSpan olderThan, CancellationToken cancellationToken) => HintSweep.RunAsync(
        store, StoredCalloutCache.Prefix, value => StoredCalloutCache.Read(value) is not { } record || IsOver(record, now - olderThan), cancellationToken);

    private static bool IsOver(CalloutRecord record, DateTimeOffset before) =>
        new[] { record.Recipient, record.Setup, record.NullSender, record.Random, record.Postmaster }.All(finding => finding is null || finding.At < before);
}
