using System.Net.Sockets;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Carries out a command line in Exim's manner.</summary>
internal static class EximProgram
{
    private const string Usage = """
        MailPipeline takes these of Exim's options:
          -C FILE            configuration (files with colons between: the first that exists)
          -DNAME=value       define a macro
          -bV                version, and check of the configuration
          -be [string ...]   expand strings, of the command line or from the input
          -bem FILE [string ...]  the same, with the variables of a message
          -bt [address ...]  show how addresses are routed
          -bv, -bvs [address ...]  verify recipients; senders
          -brt DOMAIN [HOST] [ERROR]  show the retry rule
          -brw ADDRESS       show how an address is rewritten
          -bP [OPTION ...]   show options; also routers, transports, "router NAME", router_list, +LIST, macros, config_file; -n without names
          -bd, -bdf          start a node; in the foreground
          -bs                SMTP session on standard input and output
          -bh IP[.PORT]      the same as if from there, keeping no message, with what the ACLs do on standard error
          -bm, ADDRESS ...   a message on standard input, for these addresses
          -t [ADDRESS ...]   a message on standard input, for those its header names (but not for these)
          -bS                SMTP commands on standard input, several messages
          -i, -F NAME        a line with a dot does not end the message; the sender's real name
          -bp[ucra] [id ...] list the queue; -bpc counts it
          -M, -Mf, -Mt, -Mrm id ...  try now, freeze, thaw, remove messages
          -q[f[f]][G[NAME]]  run the queue, or a named one; -qf tries what is not due too
          -qTIME, -qGNAME/TIME  start a node that runs the queue at this interval; with -bd one that takes mail too
          -odq, -odqs        only put messages into the queue; only those for other hosts (with -odb: at once)
          -oX LIST, -oP FILE ports and addresses to listen on; file for the process id (-bd)
          -f ADDRESS, -oMa IP[.PORT], -oMs HOST, -oMr PROTOCOL   sender and client for -be and -bt
        "mailpipeline --help" shows the other commands.
        """;

    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, string? calledAs, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var (command, error) = EximArguments.Read(arguments, calledAs);
        if (command is null)
        {
            await streams.Errors.WriteLineAsync(error);
            return ExitCodes.Failure;
        }

        if (command.Mode == EximMode.Usage)
        {
            return await WriteAsync(streams, output => output.WriteLine(Usage));
        }

        try
        {
            return EximConfiguration.Load(command, streams.Errors, time) is { } configuration
                ? await RunAsync(command, configuration, streams, time, cancellationToken)
                : ExitCodes.Failure;
        }
        catch (NodeStartException failure)
        {
            foreach (var problem in failure.Problems)
            {
                await streams.Errors.WriteLineAsync($"exim: {problem}");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or HttpRequestException or SocketException or InvalidOperationException)
        {
            await streams.Errors.WriteLineAsync($"exim: {failure.Message}");
        }

        return ExitCodes.Failure;
    }

    private static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        switch (command.Mode)
        {
            case EximMode.Version:
                return await WriteAsync(streams, output => VersionBlock.Print(output, configuration.Choice.PolicyFile, VersionBlock.Built()));
            case EximMode.Expand:
                return await WithScopeAsync(async scope =>
                    command.MessageFile is null || await MessageFile.ReadAsync(command.MessageFile, scope.Message, streams.Errors, time, cancellationToken)
                        ? await ExpansionTest.RunAsync(command.Operands, scope, streams, cancellationToken)
                        : ExitCodes.Failure);
            case EximMode.AddressTest:
                return await WithScopeAsync(scope => AddressTestCommand.RunAsync(command.Operands, scope, streams, cancellationToken));
            case EximMode.RecipientVerify or EximMode.SenderVerify:
                return await WithScopeAsync(scope => AddressVerifyCommand.RunAsync(
                    command.Operands, command.Mode == EximMode.SenderVerify, scope, streams, cancellationToken));
            case EximMode.RetryTest:
                return await WithScopeAsync(scope => RetryTest.RunAsync(command.Operands, scope, streams, cancellationToken));
            case EximMode.Options:
                return await WriteAsync(streams, output => OptionPrinting.Print(command, configuration, output));
            case EximMode.RewriteTest:
                return await WithScopeAsync(scope => RewriteTest.RunAsync(command.Operands, scope, streams, cancellationToken));
            case EximMode.Daemon when !command.Detached:
                return await Daemon.StartAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.Daemon or EximMode.ForegroundDaemon:
                return await Daemon.RunForegroundAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.Session:
                return await SubmissionSession.RunAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.SessionTest:
                return await SessionTest.RunAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.Message:
                return await WithScopeAsync(scope => MessageSubmission.RunAsync(command, configuration, scope, streams, time, cancellationToken));
            case EximMode.Batch:
                return await WithScopeAsync(scope => BatchSubmission.RunAsync(command, configuration, scope, streams, time, cancellationToken));
            case EximMode.QueueList or EximMode.QueueCount:
                return await QueueListing.RunAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.QueueOrder:
                return await QueueOrders.RunAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.QueueRun:
                return await QueueRun.RunAsync(command, configuration, streams, time, cancellationToken);
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command.Mode, "a mode without an action");
        }

        async Task<int> WithScopeAsync(Func<EvaluationScope, Task<int>> action)
        {
            var resolver = Resolvers.Create(configuration.Choice.Settings.Dns, time);
            using var owned = resolver as IDisposable;
            return CommandLineScope.Create(command, configuration.Policy, resolver, streams.Errors, time) is { } scope
                ? await action(scope)
                : ExitCodes.Failure;
        }
    }

    private static async Task<int> WriteAsync(EximStreams streams, Action<TextWriter> write)
    {
        await using var output = new StreamWriter(streams.Output, leaveOpen: true) { NewLine = "\n" };
        write(output);
        return ExitCodes.Success;
    }
}
