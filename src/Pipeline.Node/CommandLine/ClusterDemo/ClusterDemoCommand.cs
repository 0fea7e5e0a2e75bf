using System.CommandLine;
using System.Data.Common;
using System.Text;
using Pipeline.Node.Hosting;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>The command <c>cluster demo</c>: several nodes on one database, one of them killed under load, and an account in which nothing is missing.</summary>
internal static class ClusterDemoCommand
{
    private const int DefaultMessages = 1_000;
    private const int MinMessages = 20;
    private const int MaxMessages = 100_000;
    private const int DefaultNodes = 3;
    private const int MaxNodes = 8;

    /// <param name="program">How this program is called; null for the way it was.</param>
    public static Command Create(ImmutableArray<string>? program = null)
    {
        var messages = Number("--messages", "How many messages must be acknowledged", DefaultMessages, MinMessages, MaxMessages);
        var nodes = Number("--nodes", "How many nodes there are", DefaultNodes, 2, MaxNodes);
        var keep = new Option<bool>("--keep") { Description = "Keep the folder with the mail and the logs of the nodes" };
        var json = new Option<bool>("--json") { Description = "Print the summary as JSON; the progress goes to the error output" };
        var command = new Command("demo", "Run nodes as processes on a private PostgreSQL, kill one under load and show what becomes of its mail; exit code 0 when nothing is missing")
        {
            messages, nodes, keep, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Choice(program ?? OwnCall(), parsed.GetValue(messages), parsed.GetValue(nodes), parsed.GetValue(keep), parsed.GetValue(json)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            TimeProvider.System,
            cancellationToken));
        return command;
    }

    private static Option<int> Number(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description}, from {least} to {most}", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{name}: a number from {least} to {most}");
            }
        });
        return option;
    }

    private static async Task<int> RunAsync(Choice choice, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancellationToken)
    {
        if (PrivatePostgres.WhyNot() is { } reason)
        {
            await errors.WriteLineAsync($"{reason}: the demonstration starts a PostgreSQL of its own (Debian and Ubuntu: apt-get install postgresql)");
            return ExitCodes.Unusable;
        }

        var folder = Directory.CreateTempSubdirectory("mailpipeline-cluster-");
        try
        {
            var result = await ShowAsync(choice, folder.FullName, choice.Json ? errors : output, time, cancellationToken);
            if (choice.Json)
            {
                await output.WriteLineAsync(Encoding.UTF8.GetString(ClusterDemoJson.Write(result)));
            }
            else
            {
                ClusterDemoReport.Print(output, result);
                ClusterDemoReport.PrintNext(output, choice.Keep ? folder.FullName : null);
            }

            return result.Good ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (NodeStartException error)
        {
            await errors.WriteLineAsync(error.Message);
            return ExitCodes.Unusable;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync("the demonstration was stopped");
            return ExitCodes.Failure;
        }
        catch (Exception error) when (error is IOException or DbException or InvalidOperationException)
        {
            await errors.WriteLineAsync($"the demonstration broke off: {error.Message}");
            return ExitCodes.Failure;
        }
        finally
        {
            if (!choice.Keep)
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static async Task<ClusterDemoResult> ShowAsync(Choice choice, string folder, TextWriter progress, TimeProvider time, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"folder    {folder}");
        await using var server = await PrivatePostgres.StartAsync(durable: true, cancellationToken);
        await progress.WriteLineAsync($"database  PostgreSQL on 127.0.0.1:{server.Port}  ({server.Folder})");
        var (files, database) = (LocalFiles.Write(folder), await server.CreateDatabaseAsync("mail", cancellationToken));
        var nodes = new List<NodeProcess>();
        try
        {
            // The first alone: it brings the database to its form and publishes the policy.
            await StartAsync(1);
            await Task.WhenAll(Enumerable.Range(2, choice.Nodes - 1).Select(StartAsync));
            nodes.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
            foreach (var node in nodes)
            {
                await progress.WriteLineAsync($"{node.Name,-8}  {node.Endpoint}");
            }

            await progress.WriteLineAsync();
            return await new ClusterDemoRun(nodes, files, database, TextWriter.Synchronized(progress), time).RunAsync(choice.Messages, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        }

        async Task StartAsync(int number)
        {
            var node = await NodeProcess.StartAsync(choice.Program, $"node-{number}", files, database, time, cancellationToken);
            lock (nodes)
            {
                nodes.Add(node);
            }
        }
    }

    /// <summary>The executable itself, or the framework's host with the assembly that it was given.</summary>
    private static ImmutableArray<string> OwnCall() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
            ? [path]
            : [Environment.ProcessPath ?? "dotnet", typeof(ClusterDemoCommand).Assembly.Location];

    private sealed record Choice(ImmutableArray<string> Program, int Messages, int Nodes, bool Keep, bool Json);
}
