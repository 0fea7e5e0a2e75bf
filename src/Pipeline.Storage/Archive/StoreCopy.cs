namespace Pipeline.Storage.Archive;

/// <summary>What a copy has done.</summary>
/// <param name="Source">What the source has.</param>
/// <param name="Copied">What was not in the target before.</param>
/// <param name="Target">What the target has now.</param>
public sealed record CopyReport(ArchiveCounts Source, ArchiveCounts Copied, ArchiveCounts Target);

/// <summary>Copies a store into another: journals first, then hints, then each message whole.</summary>
/// <remarks>A copy that was cut short is continued by doing it again: what is there already is passed over.</remarks>
public static class StoreCopy
{
    /// <exception cref="IOException">A store cannot be read or written, or the target has less than it must have.</exception>
    public static async Task<CopyReport> RunAsync(IStoreArchive source, IStoreArchive target, CancellationToken cancellationToken)
    {
        var (rows, hints, messages) = (0L, 0L, 0L);
        var (seenRows, seenHints, seenMessages) = (0L, 0L, 0L);
        for (ArchivedEvents? last = null; ;)
        {
            var page = await source.ReadJournalAsync(last, cancellationToken);
            if (page.Count == 0)
            {
                break;
            }

            rows += await target.WriteAsync(page, cancellationToken);
            seenRows += page.Count;
            last = page[^1];
        }

        for (var last = ""; ;)
        {
            var page = await source.ReadHintsAsync(last, cancellationToken);
            if (page.Count == 0)
            {
                break;
            }

            hints += await target.WriteAsync(page, cancellationToken);
            seenHints += page.Count;
            last = page[^1].Key;
        }

        for (var last = ""; ;)
        {
            var page = await source.ReadMessagesAsync(last, cancellationToken);
            if (page.Count == 0)
            {
                break;
            }

            foreach (var message in page)
            {
                messages += await target.WriteAsync(Whole(message), cancellationToken) ? 1 : 0;
            }

            seenMessages += page.Count;
            last = page[^1].Id;
        }

        var report = new CopyReport(
            new ArchiveCounts(seenMessages, seenRows, seenHints),
            new ArchiveCounts(messages, rows, hints),
            await target.CountAsync(cancellationToken));
        Verify(report, await source.CountAsync(cancellationToken));
        return report;
    }

    private static ArchivedMessage Whole(ArchivedMessage message) => message.Fault is null && message.Header is not null
        ? message
        : throw new IOException($"message {message.Id} cannot be copied: {message.Fault ?? "it has no content"}");

    private static void Verify(CopyReport report, ArchiveCounts source)
    {
        if (source != report.Source)
        {
            throw new IOException("the source has changed while it was copied; copy again");
        }

        if (report.Target.Messages < source.Messages || report.Target.JournalRows < source.JournalRows || report.Target.Hints < source.Hints)
        {
            throw new IOException("the target has less than the source; copy again");
        }
    }
}
