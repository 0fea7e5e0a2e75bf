using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>The recipients of a message that are not done: queued ones, and redirected ones of which a descendant is queued.</summary>
internal static class OpenRecipients
{
    /// <returns>Their indexes.</returns>
    public static HashSet<int> Of(ImmutableArray<RecipientState> recipients)
    {
        var parents = recipients.ToDictionary(static recipient => recipient.Index, static recipient => recipient.Parent);
        var open = new HashSet<int>();
        foreach (var recipient in recipients.Where(static recipient => recipient.Status == RecipientStatus.Queued))
        {
            for (var index = recipient.Index; index >= 0 && open.Add(index); index = parents.GetValueOrDefault(index, -1))
            {
            }
        }

        return open;
    }
}
