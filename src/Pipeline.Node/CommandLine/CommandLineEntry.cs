using System.CommandLine;
using Pipeline.Node.CommandLine.Actor;
using Pipeline.Node.CommandLine.Cluster;
using Pipeline.Node.CommandLine.Demo;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.CommandLine.Explain;
using Pipeline.Node.CommandLine.Health;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.CommandLine.Store;
using Pipeline.Node.CommandLine.Verify;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine;

/// <summary>The command line: words in our own manner, flags in Exim's.</summary>
internal static class CommandLineEntry
{
    /// <summary>The commands that are words.</summary>
    public static readonly string[] Words =
        ["run", "demo", "queue", "store", "explain", "config", "verify", "actor", "cluster", "health", "version"];

    /// <summary>Options that ask for help with the words.</summary>
    private static readonly string[] OfWords = ["-?", "-h", "--help", "--version"];

    public static Task<int> RunAsync(string[] args)
    {
        var calledAs = ProgramName.Read();
        return IsExims(args, calledAs)
            ? EximProgram.RunAsync(args, calledAs, EximStreams.OfConsole(), TimeProvider.System, CancellationToken.None)
            : CreateRoot().Parse(args).InvokeAsync();
    }

    /// <summary>Whether the arguments are options in Exim's manner: under one of its names always, else when the first begins with a hyphen.</summary>
    internal static bool IsExims(string[] args, string? calledAs) =>
        calledAs is not null || (args is [['-', ..], ..] && !(args is [var only] && OfWords.Contains(only)));

    internal static RootCommand CreateRoot() => new("MailPipeline: a clustered mail gateway configured in Exim's language")
    {
        RunCommand.Create(),
        QueueCommand.Create(),
        StoreCommand.Create(),
        ExplainCommand.Create(),
        ConfigCommand.Create(),
        DemoCommand.Create(),
        VerifyCommand.Create(() => Resolvers.Create(new DnsSettings(), TimeProvider.System), Console.OpenStandardInput, TimeProvider.System),
        ActorCommand.Create(),
        ClusterCommand.Create(),
        HealthCommand.Create(),
        VersionCommand(),
    };

    private static Command VersionCommand()
    {
        var command = new Command("version", "Print the version");
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine($"mailpipeline {MailNode.Version}"));
        return command;
    }
}
