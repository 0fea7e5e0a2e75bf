using System.CommandLine;
using Pipeline.Node.CommandLine.Demo;
using Pipeline.Node.CommandLine.Explain;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.CommandLine.Verify;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine;

/// <summary>The command line: words in our own manner, flags in Exim's.</summary>
internal static class CommandLineEntry
{
    public static Task<int> RunAsync(string[] args) => CreateRoot().Parse(args).InvokeAsync();

    internal static RootCommand CreateRoot() => new("MailPipeline: a clustered mail gateway configured in Exim's language")
    {
        RunCommand.Create(),
        QueueCommand.Create(),
        ExplainCommand.Create(),
        ConfigCommand.Create(),
        DemoCommand.Create(),
        VerifyCommand.Create(() => Resolvers.Create(new DnsSettings(), TimeProvider.System), Console.OpenStandardInput, TimeProvider.System),
        VersionCommand(),
    };

    private static Command VersionCommand()
    {
        var command = new Command("version", "Print the version");
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine($"mailpipeline {MailNode.Version}"));
        return command;
    }
}
