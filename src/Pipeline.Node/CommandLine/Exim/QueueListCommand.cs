using System.Text;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bp</c> and its kin: lists or counts the queue, beside a running node or without one.</summary>
internal static class QueueListCommand
{
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

    public static async Task<int> RunAsync(EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var listing = new QueueListing(command.Queue, command.Show, command.Operands, command.Mode == EximMode.QueueCount);
        await using var output = new StreamWriter(streams.Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        if (reach.Configuration is null)
        {
            await using var access = await NodeAccess.OpenAsync(reach, null, time, cancellationToken);
            await output.WriteAsync(await access.Running!.ListQueueAsync(listing, cancellationToken));
            return ExitCodes.Success;
        }

        await using var store = await OpenAsync(reach.Configuration, cancellationToken);
        await listing.WriteAsync(output, store, time.GetUtcNow(), cancellationToken);
        return ExitCodes.Success;
    }
}
