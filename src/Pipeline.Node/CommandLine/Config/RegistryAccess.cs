using System.CommandLine;
using Pipeline.Storage.Policies;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Policies;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>How a command reaches the policies: those of the cluster that the node settings name, else those in the store of this machine.</summary>
internal static class RegistryAccess
{
    /// <summary>Reads from the registry that the options lead to, and leaves a database as it is.</summary>
    public static async Task<int> ReadAsync(
        CommonOptions common, ParseResult parsed, Func<IPolicyRegistry, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        var errors = parsed.InvocationConfiguration.Error;
        if (common.Read(parsed) is not { } choice)
        {
            return ExitCodes.Unusable;
        }

        if (choice.Settings.Cluster is not null)
        {
            return await InClusterAsync(StoreAccess.SharedOptions(choice.Settings), errors, action, cancellationToken);
        }

        if (choice.StoreDirectory(errors) is not { } directory)
        {
            return ExitCodes.Unusable;
        }

        await using var registry = new FilePolicyRegistry(FilePolicyRegistry.FolderOf(directory), TimeProvider.System);
        return await GuardedAsync(registry, errors, action, cancellationToken);
    }

    /// <summary>Publishes, in a database that is brought to this version's schema first: in a cluster only, since a node that is alone follows its file.</summary>
    /// <param name="instead">What to do on a node that is alone.</param>
    public static async Task<int> WriteAsync(
        CommonOptions common,
        ParseResult parsed,
        string instead,
        Func<NodeChoice, IPolicyRegistry, CancellationToken, Task<int>> action,
        CancellationToken cancellationToken)
    {
        var errors = parsed.InvocationConfiguration.Error;
        if (common.Read(parsed) is not { } choice)
        {
            return ExitCodes.Unusable;
        }

        if (choice.Settings.Cluster is null)
        {
            await errors.WriteLineAsync($"the node settings name no cluster (Cluster:Database), and a node that is alone follows its file: {instead}");
            return ExitCodes.Unusable;
        }

        var options = StoreAccess.SharedOptions(choice.Settings) with { Migrate = true };
        return await InClusterAsync(options, errors, (registry, token) => action(choice, registry, token), cancellationToken);
    }

    /// <summary>Who publishes, for the history.</summary>
    public static string Who() => $"{Environment.UserName}@{Environment.MachineName.ToLowerInvariant()}";

    private static async Task<int> InClusterAsync(
        PostgresOptions options, TextWriter errors, Func<IPolicyRegistry, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        try
        {
            await using var registry = await PostgresPolicyRegistry.OpenAsync(options, cancellationToken);
            return await GuardedAsync(registry, errors, action, cancellationToken);
        }
        catch (Exception error) when (error is PolicyRegistryException or InvalidDataException or ArgumentException)
        {
            await errors.WriteLineAsync(error.Message);
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> GuardedAsync(
        IPolicyRegistry registry, TextWriter errors, Func<IPolicyRegistry, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action(registry, cancellationToken);
        }
        catch (Exception error) when (error is PolicyRegistryException or InvalidDataException)
        {
            await errors.WriteLineAsync(error.Message);
            return ExitCodes.Failure;
        }
    }
}
