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
    public static async ValueTask<int> PurgeAsync(IMessageStore store, DateTimeOffset now, TimeSpan olderThan, CancellationToken cancellationToken)
    {
        const int page = 500;
        var (after, removed) = (StoredCalloutCache.Prefix, 0);
        while (true)
        {
            var hints = await store.ListHintsAsync(after, page, cancellationToken);
            foreach (var hint in hints)
            {
                if (!hint.Key.StartsWith(StoredCalloutCache.Prefix, StringComparison.Ordinal))
                {
                    return removed;
                }

                if (StoredCalloutCache.Read(hint.Value) is not { } record || IsOver(record, now - olderThan))
                {
                    await store.PutHintAsync(hint.Key, null, cancellationToken);
                    removed++;
                }
            }

            if (hints.Length < page)
            {
                return removed;
            }

            after = hints[^1].Key;
        }
    }

    private static bool IsOver(CalloutRecord record, DateTimeOffset before) =>
        new[] { record.Recipient, record.Setup, record.NullSender, record.Random, record.Postmaster }.All(finding => finding is null || finding.At < before);
}
