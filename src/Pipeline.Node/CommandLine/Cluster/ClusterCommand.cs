using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Node.CommandLine.ClusterDemo;

namespace Pipeline.Node.CommandLine.Cluster;

/// <summary>The commands <c>cluster …</c>: look at the nodes that share a database, and give orders about them.</summary>
internal static class ClusterCommand
{
    public static Command Create() => new("cluster", "Look at the cluster and give orders about its nodes")
    {
        Show(),
        Status(),
        Look("leader", "Show which node has which of the roles that only one can have", ClusterJson.Default.RolesDocument, static (desk, token) => desk.ReadRolesAsync(token), ClusterPrinter.PrintRoles),
        TailCommand.Create(),
        Look("lag", "Show how far the cluster is behind with its mail", ClusterJson.Default.LagDocument, static (desk, token) => desk.ReadLagAsync(token), ClusterPrinter.PrintLag),
        Order("join", "Have a node that drains take mail again"),
        Order("drain", "Have a node take no more mail and finish what it has; it goes on running"),
        Order("leave", "Have a node finish what it has, leave the cluster and end"),
        Down(),
        DownUnreachable(),
        ClusterDemoCommand.Create(),
    };

    private static Command Show()
    {
        var access = new ClusterAccess();
        var command = new Command("show", "List the nodes, * marks the one that was asked; exit code 2 when its own view and the database differ");
        access.AddTo(command, byDatabase: true);
        command.SetAction((parsed, token) => access.LookAsync(parsed, async (desk, output, cancellationToken) =>
        {
            var document = await desk.ReadAsync(cancellationToken);
            Print(output, document, ClusterJson.Default.ClusterDocument, access.Json(parsed), ClusterPrinter.PrintNodes);
            return document.Differences.Count == 0 ? ExitCodes.Success : ExitCodes.Differs;
        }, token));
        return command;
    }

    private static Command Status()
    {
        var access = new ClusterAccess();
        var name = new Argument<string?>("NODE") { Description = "Default: the node that is asked", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("status", "Show one node in detail, and its own view beside the database's; exit code 2 when they differ") { name };
        access.AddTo(command, byDatabase: true);
        command.SetAction((parsed, token) => access.LookAsync(parsed, async (desk, output, cancellationToken) =>
        {
            var document = await desk.ReadAsync(cancellationToken);
            var wanted = parsed.GetValue(name) ?? document.Own?.Name;
            if (document.Nodes.FirstOrDefault(node => node.Name == wanted) is not { } node)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(wanted is null ? "which node? The database was asked, and no node" : $"{wanted}: no such node in the cluster");
                return ExitCodes.Failure;
            }

            var own = document.Own?.Name == wanted ? document.Own : null;
            var one = new ClusterDocument([node], own, own is null ? [] : document.Differences);
            Print(output, one, ClusterJson.Default.ClusterDocument, access.Json(parsed), ClusterPrinter.PrintNode);
            return one.Differences.Count == 0 ? ExitCodes.Success : ExitCodes.Differs;
        }, token));
        return command;
    }

    private static Command Look<T>(
        string name, string description, JsonTypeInfo<T> type, Func<IClusterDesk, CancellationToken, Task<T>> ask, Action<TextWriter, T> print)
    {
        var access = new ClusterAccess();
        var command = new Command(name, description);
        access.AddTo(command, byDatabase: true);
        command.SetAction((parsed, token) => access.LookAsync(parsed, async (desk, output, cancellationToken) =>
        {
            Print(output, await ask(desk, cancellationToken), type, access.Json(parsed), print);
            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static Command Order(string action, string description)
    {
        var access = new ClusterAccess();
        var name = new Argument<string?>("NODE") { Description = "Default: the node that is asked", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(action, description) { name };
        access.AddTo(command, byDatabase: false);
        command.SetAction((parsed, token) => access.OrderAsync(parsed, parsed.GetValue(name), action, token));
        return command;
    }

    private static Command Down()
    {
        var access = new ClusterAccess();
        var name = new Argument<string>("NODE") { Description = "Whose life to end" };
        var command = new Command("down", "End a node's life at once, whether it is well or dead; the others take its messages over") { name };
        access.AddTo(command, byDatabase: true);
        command.SetAction((parsed, token) => access.LookAsync(
            parsed, async (desk, _, cancellationToken) => await access.PrintAsync(parsed, await desk.DownAsync(parsed.GetValue(name)!, cancellationToken)), token));
        return command;
    }

    private static Command DownUnreachable()
    {
        var access = new ClusterAccess();
        var command = new Command("down-unreachable", "End the lives of all nodes that are unreachable");
        access.AddTo(command, byDatabase: true);
        command.SetAction((parsed, token) => access.LookAsync(
            parsed, async (desk, _, cancellationToken) => await access.PrintAsync(parsed, await desk.DownUnreachableAsync(cancellationToken)), token));
        return command;
    }

    private static void Print<T>(TextWriter output, T document, JsonTypeInfo<T> type, bool json, Action<TextWriter, T> print)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(document, type));
        }
        else
        {
            print(output, document);
        }
    }
}
