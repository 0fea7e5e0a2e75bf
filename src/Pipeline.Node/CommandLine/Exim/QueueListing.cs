using System.Globalization;
using System.Text;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bp</c> and its kin: lists or counts the queue, beside a running node or without one.</summary>
internal static class QueueListing
{
    /// <summary>More messages than that are not listed.</summary>
    private const int MaxMessages = 1_000_000;

    /// <summary>Opens the store for reading; null while there is none, and so no queue.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static async Task<IMessageStore?> OpenAsync(EximConfiguration configuration, CancellationToken cancellationToken)
    {
        try
        {
            return configuration.Choice.Settings.Cluster is not null
                ? await StoreAccess.OpenSharedAsync(configuration.Choice.Settings, cancellationToken)
                : await SqliteMessageStore.OpenReadOnlyAsync(new SqliteStoreOptions { Directory = configuration.StoreDirectory }, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var output = new StreamWriter(streams.Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        await using var store = await OpenAsync(configuration, cancellationToken);
        if (command.Mode == EximMode.QueueCount)
        {
            var count = store is null ? 0 : (await store.ListAsync(new QueueQuery(MaxMessages, Queue: command.Queue), cancellationToken)).Length;
            await output.WriteLineAsync(count.ToString(CultureInfo.InvariantCulture));
        }
        else if (store is not null)
        {
            var wanted = command.Operands.ToHashSet(StringComparer.Ordinal);
            var messages = await store.ListAsync(new QueueQuery(MaxMessages, Queue: command.Queue), cancellationToken);
            QueuePrinter.Print(output, messages.Where(message => wanted.Count == 0 || wanted.Contains(message.Id.ToString())), time.GetUtcNow(), command.Show);
        }

        return ExitCodes.Success;
    }
}
