using System.CommandLine;
using System.Data.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.CommandLine.Config;
using Pipeline.Storage.Postgres.Membership;

namespace Pipeline.Node.CommandLine.Cluster;

/// <summary>How a command reaches the cluster: through a node, or by the database itself when it is told to or no node answers.</summary>
internal sealed class ClusterAccess
{
    private readonly CommonOptions _common = new();
    private readonly NodeAddressOptions _address = new();
    private readonly Option<bool> _database = new("--database") { Description = "Ask the database that the node settings name, and no node" };

    /// <param name="byDatabase">Whether the database alone can answer.</param>
    public void AddTo(Command command, bool byDatabase)
    {
        _common.AddTo(command, json: true);
        _address.AddTo(command);
        if (byDatabase)
        {
            command.Options.Add(_database);
        }
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_common.Json);

    /// <summary>Runs <paramref name="action"/> on a node or, when none answers, on the database.</summary>
    public Task<int> LookAsync(ParseResult parsed, Func<IClusterDesk, TextWriter, CancellationToken, Task<int>> action, CancellationToken cancellationToken) =>
        GuardAsync(parsed, async () =>
        {
            string? silent = null;
            if (!parsed.GetValue(_database))
            {
                try
                {
                    using var node = await ConnectAsync(parsed, cancellationToken);
                    if (node is not null)
                    {
                        return await action(new NodeDesk(node), parsed.InvocationConfiguration.Output, cancellationToken);
                    }

                    silent = "no node runs here";
                }
                catch (AdminException error) when (error.Unreachable)
                {
                    silent = error.Message;
                }
            }

            return await ByDatabaseAsync(parsed, silent, action, cancellationToken);
        });

    /// <summary>Gives an order to one node itself: the one that is asked, or another one at the address that it advertises.</summary>
    /// <param name="name">Null for the node that is asked.</param>
    public Task<int> OrderAsync(ParseResult parsed, string? name, string action, CancellationToken cancellationToken) => GuardAsync(parsed, async () =>
    {
        using var asked = await ConnectAsync(parsed, cancellationToken);
        if (asked is null)
        {
            var who = name ?? "the node";
            throw new AdminException(action == "join"
                ? $"{who} does not run here: start it on its machine (mailpipeline run, or systemctl start mailpipeline), which joins it"
                : $"{who} does not run here: give --address, or use cluster down, which ends a life whose node is gone");
        }

        var document = await new NodeDesk(asked).ReadAsync(cancellationToken);
        if (name is null || name == document.Own?.Name)
        {
            return await CarryOutAsync(asked);
        }

        var node = document.Nodes.FirstOrDefault(node => node.Name == name) ?? throw new AdminException($"{name}: no such node in the cluster");
        if (node.State is "down" or "left")
        {
            throw new AdminException(action == "join"
                ? $"{name} is {node.State}: start it on its machine (mailpipeline run, or systemctl start mailpipeline), which joins it"
                : $"{name} is {node.State} already");
        }

        if (node.Address is not { } address || !RemoteNode.TryReadAddress(address, out var host, out var port) || _address.Read(parsed) is not { } credentials)
        {
            throw new AdminException(
                $"{name} must be asked itself: on its machine, or with --address {node.Address ?? "HOST:PORT"} --cert FILE --key FILE --ca FILE");
        }

        using var other = AdminClient.To(credentials with { Host = host, Port = port }, TimeProvider.System);
        return await CarryOutAsync(other);

        async Task<int> CarryOutAsync(AdminClient node) =>
            await PrintAsync(parsed, await new NodeDesk(node).OrderAsync(action, cancellationToken));
    });

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(ParseResult parsed, OrderResult result)
    {
        await (Json(parsed)
            ? parsed.InvocationConfiguration.Output.WriteLineAsync(System.Text.Json.JsonSerializer.Serialize(result, ClusterJson.Default.OrderResult))
            : (result.Done ? parsed.InvocationConfiguration.Output : parsed.InvocationConfiguration.Error).WriteLineAsync(result.Text));
        return result.Done ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task<int> GuardAsync(ParseResult parsed, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (SettingsUnusableException)
        {
            return ExitCodes.Unusable; // why, has been printed
        }
        catch (Exception error) when (error is AdminException or InvalidDataException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(error.Message);
            return ExitCodes.Failure;
        }
    }

    /// <returns>Null when no address is given and no node runs here.</returns>
    private async Task<AdminClient?> ConnectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (_address.Read(parsed) is { } remote)
        {
            return AdminClient.To(remote, TimeProvider.System);
        }

        return (_common.Read(parsed) ?? throw new SettingsUnusableException()).StoreDirectory(parsed.InvocationConfiguration.Error) is { } directory
            ? await AdminClient.ConnectAsync(directory, cancellationToken)
            : throw new SettingsUnusableException();
    }

    private async Task<int> ByDatabaseAsync(
        ParseResult parsed, string? silent, Func<IClusterDesk, TextWriter, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        var settings = (_common.Read(parsed) ?? throw new SettingsUnusableException()).Settings;
        if (settings.Cluster is null)
        {
            throw new AdminException((silent is null ? "" : silent + "; ") + "the node settings name no cluster (Cluster:Database)");
        }

        if (silent is not null)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"{silent}; asking the database");
        }

        PostgresCluster cluster;
        try
        {
            cluster = await PostgresCluster.OpenAsync(
                StoreAccess.SharedOptions(settings), new MembershipOptions(), NullLogger.Instance, cancellationToken);
        }
        catch (DbException error)
        {
            throw new AdminException($"the database of the cluster: {error.Message}");
        }

        await using (cluster)
        {
            return await action(
                new DatabaseDesk(cluster, RegistryAccess.Who(), null, TimeProvider.System), parsed.InvocationConfiguration.Output, cancellationToken);
        }
    }

    private sealed class SettingsUnusableException : Exception;
}
