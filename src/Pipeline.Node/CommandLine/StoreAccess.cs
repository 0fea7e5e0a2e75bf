using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Node.Admin;
using Pipeline.Node.Configuration;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.CommandLine;

/// <summary>How a command reaches a store: reading beside the running node, orders through it.</summary>
internal static class StoreAccess
{
    /// <summary>Opens the store that the options lead to for reading and runs <paramref name="action"/> on it.</summary>
    public static async Task<int> ReadAsync(
        CommonOptions common, ParseResult parsed, Func<IMessageStore, TextWriter, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        var errors = parsed.InvocationConfiguration.Error;
        if (common.Read(parsed) is not { } choice)
        {
            return ExitCodes.Unusable;
        }

        var shared = choice.Settings.Cluster is not null;
        if ((shared ? "Cluster:Database" : choice.StoreDirectory(errors)) is not { } directory)
        {
            return ExitCodes.Unusable;
        }

        try
        {
            await using var store = shared
                ? await OpenSharedAsync(choice.Settings, cancellationToken)
                : await SqliteMessageStore.OpenReadOnlyAsync(new SqliteStoreOptions { Directory = directory }, cancellationToken);
            return await action(store, parsed.InvocationConfiguration.Output, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            await errors.WriteLineAsync($"{directory}: there is no store here yet");
            return ExitCodes.Unusable;
        }
        catch (IOException error)
        {
            await errors.WriteLineAsync($"{directory}: {error.Message}");
            return ExitCodes.Failure;
        }
    }

    /// <summary>Opens the store that the nodes of a cluster share, beside them: it makes and changes nothing, and needs no lease.</summary>
    /// <exception cref="IOException">The database is out of reach, or has another schema.</exception>
    public static async Task<IMessageStore> OpenSharedAsync(NodeSettings settings, CancellationToken cancellationToken) =>
        await PostgresMessageStore.OpenAsync(SharedOptions(settings), NullLogger.Instance, cancellationToken);

    /// <summary>The way to the shared database for a command: under a name of its own, so that ending the node's sessions does not end the command's.</summary>
    public static PostgresOptions SharedOptions(NodeSettings settings) => new()
    {
        ConnectionString = settings.Cluster!.Database,
        Node = $"{settings.Name} (command)",
        Migrate = false,
        WorkConnections = 2,
    };

    /// <summary>Runs <paramref name="action"/> on the node that the options name, or else on the one that runs on this machine.</summary>
    public static async Task<int> OrderAsync(
        CommonOptions common,
        NodeAddressOptions address,
        ParseResult parsed,
        Func<AdminClient, TextWriter, CancellationToken, Task<int>> action,
        CancellationToken cancellationToken)
    {
        var errors = parsed.InvocationConfiguration.Error;
        try
        {
            if (address.Read(parsed) is { } remote)
            {
                using var far = AdminClient.To(remote, TimeProvider.System);
                return await action(far, parsed.InvocationConfiguration.Output, cancellationToken);
            }

            if (common.Read(parsed) is not { } choice || choice.StoreDirectory(errors) is not { } directory)
            {
                return ExitCodes.Unusable;
            }

            using var near = await AdminClient.ConnectAsync(directory, cancellationToken);
            if (near is null)
            {
                await errors.WriteLineAsync($"no node runs on {directory}: start it first (mailpipeline run)");
                return ExitCodes.Failure;
            }

            return await action(near, parsed.InvocationConfiguration.Output, cancellationToken);
        }
        catch (AdminException error)
        {
            await errors.WriteLineAsync(error.Message);
            return ExitCodes.Failure;
        }
    }
}
