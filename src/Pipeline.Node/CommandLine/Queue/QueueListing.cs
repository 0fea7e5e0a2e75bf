using System.Globalization;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>What <c>-bp</c> and its kin are to print.</summary>
/// <param name="Ids">Only these messages; none for all.</param>
/// <param name="CountsOnly"><c>-bpc</c>.</param>
internal sealed record QueueListing(string Queue, QueueRecipients Show, IReadOnlyList<string> Ids, bool CountsOnly)
{
    /// <summary>More messages than that are not listed.</summary>
    private const int MaxMessages = 1_000_000;

    /// <param name="store">Null while there is none, and so no queue.</param>
    public async Task WriteAsync(TextWriter output, IMessageStore? store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var messages = store is null ? [] : await store.ListAsync(new QueueQuery(MaxMessages, Queue: Queue), cancellationToken);
        if (CountsOnly)
        {
            await output.WriteLineAsync(messages.Length.ToString(CultureInfo.InvariantCulture));
            return;
        }

        var wanted = Ids.ToHashSet(StringComparer.Ordinal);
        QueuePrinter.Print(output, messages.Where(message => wanted.Count == 0 || wanted.Contains(message.Id.ToString())), now, Show);
    }
}
