using System.Text.Json;
using Pipeline.Messages.Journal;

namespace Pipeline.Storage.Archive;

/// <summary>Looks whether a store keeps what every store promises: journals without gaps, and a whole body for each message of the queue.</summary>
public static class StoreCheck
{
    private const int MostFindings = 1000;

    /// <returns>What is wrong, one line each with the message's id; empty when nothing is.</returns>
    /// <exception cref="IOException">The store cannot be read at all.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(IStoreArchive store, CancellationToken cancellationToken)
    {
        var findings = new List<string>(await store.CheckAsync(MostFindings, cancellationToken));
        await CheckJournalsAsync(store, findings, cancellationToken);
        await CheckMessagesAsync(store, findings, cancellationToken);
        return findings;
    }

    private static async Task CheckJournalsAsync(IStoreArchive store, List<string> findings, CancellationToken cancellationToken)
    {
        ArchivedEvents? last = null;
        while (findings.Count < MostFindings && await store.ReadJournalAsync(last, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                var due = last?.Id == row.Id ? last.First + last.Count : 0;
                if (row.First != due)
                {
                    findings.Add($"{row.Id}: its journal has event {row.First} where {due} is due");
                }

                if (!IsReadable(row))
                {
                    findings.Add($"{row.Id}: its journal cannot be read from event {row.First} on");
                }

                last = row;
            }
        }
    }

    private static bool IsReadable(ArchivedEvents row)
    {
        try
        {
            return JournalJson.Read(row.Entries).Length == row.Count;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task CheckMessagesAsync(IStoreArchive store, List<string> findings, CancellationToken cancellationToken)
    {
        var last = "";
        while (findings.Count < MostFindings && await store.ReadMessagesAsync(last, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var message in page)
            {
                if (message.Fault is not null || message.Header is null)
                {
                    findings.Add($"{message.Id}: {message.Fault ?? "it has no content"}");
                }
                else if (await LengthAsync(message, cancellationToken) is var length && length != message.BodyLength)
                {
                    findings.Add(length < 0
                        ? $"{message.Id}: its body cannot be read"
                        : $"{message.Id}: its body has {length} octets, {message.BodyLength} were accepted");
                }

                last = message.Id;
            }
        }
    }

    /// <summary>Octets that the body has; -1 when it cannot be read.</summary>
    private static async Task<long> LengthAsync(ArchivedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = message.OpenBody();
            var buffer = new byte[64 * 1024];
            var length = 0L;
            for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                length += count;
            }

            return length;
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
