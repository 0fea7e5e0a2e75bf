using System.CommandLine;
using System.Runtime.InteropServices;
using Pipeline.Node.Hosting;
using Pipeline.Node.Hosting.Clustering;
using Pipeline.Node.Hosting.Systemd;

namespace Pipeline.Node.CommandLine.Run;

/// <summary>The command <c>run</c>: a node in the foreground, until SIGTERM or Ctrl-C.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var listen = new Option<string?>("--listen") { Description = "Ports and addresses to listen on instead of those of the configuration, such as 127.0.0.1:2525 (the form of Exim's -oX)" };
        var command = new Command("run", "Run a node in the foreground") { listen };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => common.Read(parsed) is { } choice
            ? await RunAsync(choice.ToNodeOptions() with { Listen = parsed.GetValue(listen) }, parsed.InvocationConfiguration.Error, cancellationToken)
            : ExitCodes.Unusable);
        return command;
    }

    /// <param name="errors">Takes the reasons for which the node cannot start.</param>
    /// <param name="log">Takes the log of the node; null for <paramref name="errors"/>.</param>
    public static async Task<int> RunAsync(NodeOptions options, TextWriter errors, CancellationToken cancellationToken, TextWriter? log = null)
    {
        var output = TextWriter.Synchronized(log ?? errors);
        using var logging = new ConsoleLineLogger(output, options.Time);
        MailNode node;
        try
        {
            node = await MailNode.StartAsync(options with { Logging = logging, MainLog = output }, cancellationToken);
        }
        catch (NodeStartException error)
        {
            return await RefuseAsync(error, errors);
        }

        await using var lives = new NodeLives(options with { Logging = logging, MainLog = output }, node, logging.CreateLogger("MailPipeline"));
        using var manager = SystemdNotifier.FromEnvironment();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload);
        manager.Ready($"takes mail on {string.Join(", ", node.Endpoints)}");
        await using var watchdog = SystemdWatchdog.FromEnvironment(manager, lives.WhyDeadAsync, logging.CreateLogger("MailPipeline"), options.Time);
        try
        {
            if (!await lives.RunAsync(stop.Token))
            {
                return ExitCodes.OrderedOut;
            }
        }
        catch (NodeStartException error)
        {
            return await RefuseAsync(error, errors); // it was alive, and its machine or settings do not let it live again
        }

        manager.Stopping("takes no more mail; finishes what it has begun", options.Settings.DrainTime * 2);
        await lives.StopAsync();
        return ExitCodes.Success;

        void Reload(PosixSignalContext signal)
        {
            signal.Cancel = true; // a daemon has no terminal whose end could concern it
            _ = lives.ReloadAsync();
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // the runtime would end the process before the node has stopped
            stop.Cancel();
        }
    }

    private static async Task<int> RefuseAsync(NodeStartException error, TextWriter errors)
    {
        foreach (var problem in error.Problems)
        {
            await errors.WriteLineAsync(problem);
        }

        return ExitCodes.Unusable;
    }
}
