using System.Net.Sockets;
using Pipeline.Node.Admin;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Callers;
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
          -bp[uria] [id ...] list the queue; -bpc counts it
          -M, -Mf, -Mt, -Mrm, -Mg, -Mmad id ...  try now, freeze, thaw, remove, give up messages; mark all recipients delivered
          -Mar, -Mmd id ADDRESS ..., -Mes id SENDER  add recipients, mark some delivered, change the sender
          -Mvh, -Mvb, -Mvc, -Mvl id  show header file, body, copy, log of a message; -Mset id -be expands with its variables
          -q[i][f[f]] [ID [ID]]  run the queue (from one id to another); -qf tries what is not due too, -qff what is frozen too, -qi only what was never tried
          -qG[NAME]          the same for a named queue
          -qTIME, -qGNAME/TIME  start a node that runs the queue at this interval; with -bd one that takes mail too
          -odq, -odqs        only put messages into the queue; only those for other hosts (with -odb: at once)
          -R[r][f[f]] TEXT, -S[r][f[f]] TEXT  try the messages with such a recipient or sender; r: a regular expression, ff: frozen ones too
          -d[+NAME-NAME...]  tell on standard error what is done: acl, lists, route, verify, expand, lookup, dns, deliver; all
          -oX LIST, -oP FILE ports and addresses to listen on; file for the process id (-bd)
          -f ADDRESS, -oMa IP[.PORT], -oMs HOST, -oMr PROTOCOL   sender and client for -be and -bt
        "mailpipeline --help" shows the other commands.
        """;

    /// <summary>Who may everything, whoever the node runs as.</summary>
    private static readonly CallerCredentials Root = new(CallerCredentials.Root, 0, []);

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

        if (command.Mode == EximMode.Information)
        {
            return await Information.WriteAsync(command.Topic, streams);
        }

        try
        {
            if (NeedsNodeAlone(command) && NodeReach.BySocket(command) is { } reach)
            {
                return await RunAsync(command, reach, streams, time, cancellationToken);
            }

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
        catch (AdminException failure)
        {
            await streams.Errors.WriteLineAsync($"exim: {failure.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or HttpRequestException or SocketException or InvalidOperationException)
        {
            await streams.Errors.WriteLineAsync($"exim: {failure.Message}");
        }

        return ExitCodes.Failure;
    }

    /// <summary>It tries out the configuration (<c>commandline_checks_require_admin</c>).</summary>
    private static bool IsCheck(EximMode mode) => mode is EximMode.Expand or EximMode.AddressTest or EximMode.RecipientVerify or EximMode.SenderVerify
        or EximMode.RetryTest or EximMode.RewriteTest or EximMode.SessionTest;

    /// <summary>What can be done by a user who can read neither configuration nor store, with a node that listens.</summary>
    private static bool NeedsNodeAlone(EximCommand command) =>
        command.Mode is EximMode.Session or EximMode.Message or EximMode.Batch or EximMode.QueueList or EximMode.QueueCount or EximMode.QueueOrder
        || command is { Mode: EximMode.QueueRun, Selection.IsDue: true };

    private static Task<int> RunAsync(EximCommand command, NodeReach reach, EximStreams streams, TimeProvider time, CancellationToken cancellationToken) => command.Mode switch
    {
        EximMode.Session => SubmissionSession.RunAsync(command, reach, streams, time, cancellationToken),
        EximMode.Message => MessageSubmission.RunAsync(command, reach, streams, time, cancellationToken),
        EximMode.Batch => BatchSubmission.RunAsync(command, reach, streams, time, cancellationToken),
        EximMode.QueueList or EximMode.QueueCount => QueueListCommand.RunAsync(command, reach, streams, time, cancellationToken),
        EximMode.QueueOrder => QueueOrders.RunAsync(command, reach, streams, time, cancellationToken),
        EximMode.QueueRun => QueueRun.RunAsync(command, reach, streams, time, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.Mode, "a mode that needs more than a node"),
    };

    private static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        if (IsCheck(command.Mode) && configuration.Policy.MainOptions is { CommandlineChecksRequireAdmin: true } options
            && !CallerRights.IsAdmin(options, PeerCredentials.Own, node: Root))
        {
            await streams.Errors.WriteLineAsync("exim: those command-line flags are set to require admin");
            return ExitCodes.Failure;
        }

        switch (command.Mode)
        {
            case EximMode.Version:
                return await WriteAsync(streams, output => VersionBlock.Print(output, configuration.Choice.PolicyFile, VersionBlock.Built()));
            case EximMode.Expand:
                return await WithScopeAsync(async scope => await WithMessageAsync(scope) is { } withMessage
                    ? await ExpansionTest.RunAsync(command.Operands, withMessage, streams, cancellationToken)
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
            case EximMode.SessionTest:
                return await SessionTest.RunAsync(command, configuration, streams, time, cancellationToken);
            case EximMode.AliasFile:
                return ExitCodes.Success; // each lookup reads its file as it is: there is nothing to build
            case EximMode.QueueView:
                return await QueuedMessageView.RunAsync(command, configuration, streams, time, cancellationToken);
            default:
                return await RunAsync(command, NodeReach.ByStore(configuration), streams, time, cancellationToken);
        }

        async Task<EvaluationScope?> WithMessageAsync(EvaluationScope scope) =>
            command.QueuedMessage is { } id ? await QueuedMessageScope.CreateAsync(id, configuration, scope, streams.Errors, cancellationToken)
            : command.MessageFile is null || await MessageFile.ReadAsync(command.MessageFile, scope.Message, streams.Errors, time, cancellationToken) ? scope
            : null;

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
