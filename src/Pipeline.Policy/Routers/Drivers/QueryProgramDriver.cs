using System.Collections.Immutable;
using System.Text;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Items;
using Pipeline.Policy.Processes;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>driver = queryprogram</c>: a program says where an address goes, in one line (Exim specification, "The queryprogram router").</summary>
/// <remarks>The command is split into words first and each word is expanded then; no shell sees it. The program runs as the user of the node.</remarks>
internal sealed class QueryProgramDriver : RouterDriver
{
    /// <summary>Characters of the line that count.</summary>
    private const int MaxLine = 1023;

    private const int MaxOutput = 64 * 1024;

    private readonly string? _command;
    private readonly ExpandableString _directory;
    private readonly TimeSpan _timeout;

    public QueryProgramDriver(DriverOptions options)
    {
        _command = options.GetString("command");
        _directory = options.GetExpandable("current_directory", "/");
        _timeout = options.GetTime("timeout", TimeSpan.FromHours(1));
        if (!options.IsSet("command_user"))
        {
            options.ReportFor("command_user must be specified");
        }

        if (string.IsNullOrWhiteSpace(_command))
        {
            options.ReportFor("a command specification is required");
        }
    }

    public override bool NeedsTransport => false;

    public override async ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken)
    {
        var (arguments, problem) = await ArgumentsAsync(run, cancellationToken);
        if (problem is not null)
        {
            return new DriverVerdict.Defer(problem, NeedsAttention: true);
        }

        var directory = await _directory.ExpandAsync(run.Scope, cancellationToken);
        if (!directory.IsSuccess || !directory.Value.StartsWith('/'))
        {
            return new DriverVerdict.Defer($"{run.Router.Name} router: current_directory is not an absolute path", NeedsAttention: true);
        }

        var start = new ProcessStart { Arguments = arguments, Environment = new Dictionary<string, string> { ["PATH"] = "/bin:/usr/bin" }, Directory = directory.Value };
        var answer = new StringBuilder();
        var end = await ExternalProgram.RunAsync(start, input: null, Keep, _timeout, MaxOutput, run.Scope.Environment.Time, cancellationToken);
        return end switch
        {
            { End: ProgramEnd.Ended, Exit: { Status: 0, Signal: 0 } } => await ReadAsync(run, FirstLine(answer), cancellationToken),
            { End: ProgramEnd.Ended, Exit.Signal: not 0 } => Failed(run, $"command killed by signal {end.Exit.Signal}"),
            { End: ProgramEnd.Ended } => Failed(run, $"command returned non-zero code {end.Exit.Status}"),
            { End: ProgramEnd.NotStarted } => Failed(run, "command returned non-zero code 127"),
            { End: ProgramEnd.TimedOut } => Failed(run, "command timed out"),
            { End: ProgramEnd.TooMuchOutput } => Failed(run, $"command wrote more than {MaxOutput} octets"),
            _ => Failed(run, $"wait() failed: {end.Problem}"),
        };

        ValueTask Keep(ReadOnlyMemory<byte> piece, CancellationToken _)
        {
            answer.Append(OctetString.FromBytes(piece.Span[..Math.Min(piece.Length, Math.Max(0, MaxLine - answer.Length))]));
            return ValueTask.CompletedTask;
        }
    }

    private static string FirstLine(StringBuilder output)
    {
        var text = output.ToString();
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim();
    }

    private async ValueTask<(ImmutableArray<string> Arguments, string? Problem)> ArgumentsAsync(RouteRun run, CancellationToken cancellationToken)
    {
        if (!CommandLine.TrySplit(_command!, out var words, out var error))
        {
            return ([], $"{run.Router.Name} router: {error}");
        }

        var arguments = ImmutableArray.CreateBuilder<string>(words.Count);
        foreach (var word in words)
        {
            var expanded = await StringExpansion.Compile(word).ExpandAsync(run.Scope, cancellationToken);
            if (!expanded.IsSuccess)
            {
                return ([], $"Expansion of \"{word}\" from command \"{_command}\" in queryprogram router failed: {expanded.Message}");
            }

            var complaint = $"Tainted arg 0 for queryprogram router command: '{expanded.Value}'";
            if (arguments.Count == 0 && run.Scope.Environment.Tainting.Forbids(run.Scope, expanded.Text.Taint, complaint))
            {
                return ([], complaint);
            }

            arguments.Add(expanded.Value);
        }

        return arguments is [var program, ..] && program.StartsWith('/') && FilePath.Refuse(program) is null
            ? (arguments.ToImmutable(), null)
            : ([], $"{run.Router.Name} router: the command \"{_command}\" does not begin with the absolute path of a program");
    }

    private static async ValueTask<DriverVerdict> ReadAsync(RouteRun run, string line, CancellationToken cancellationToken)
    {
        var end = line.AsSpan().IndexOfAny(" \t");
        var (word, rest) = end < 0 ? (line, "") : (line[..end], line[end..].Trim());
        switch (word.ToLowerInvariant())
        {
            case "accept":
                return await AcceptAsync(run, rest, cancellationToken);
            case "decline":
                return new DriverVerdict.Decline("the program declined");
            case "pass":
                return new DriverVerdict.Pass(rest);
            case "fail":
                return new DriverVerdict.Fail(rest);
            case "defer":
                return new DriverVerdict.Defer(rest);
            case "freeze":
                return new DriverVerdict.Defer(rest, NeedsAttention: true);
            case "redirect":
                return Redirect(run, rest);
            default:
                return Bad(run, $"bad command yield: {word} {rest}");
        }
    }

    private static async ValueTask<DriverVerdict> AcceptAsync(RouteRun run, string values, CancellationToken cancellationToken)
    {
        var (transport, hosts, lookup) = (KeyedData.Find(values, "transport"), KeyedData.Find(values, "hosts"), KeyedData.Find(values, "lookup"));
        if (transport is not null && !run.Services.Transports.ContainsKey(transport))
        {
            return Bad(run, $"unknown transport name {transport} yielded by command");
        }

        if (lookup?.ToLowerInvariant() is not (null or "byname" or "bydns"))
        {
            return Bad(run, $"bad lookup type \"{lookup}\" yielded by command");
        }

        if (KeyedData.Find(values, "data") is { } data)
        {
            run.Scope.Address!.Values["address_data"] = data;
        }

        return string.IsNullOrWhiteSpace(hosts)
            ? new DriverVerdict.Accept([], "", transport)
            : await ManualRouteDriver.ResolveAsync(run, new RouteLine(hosts, Randomize: false, default, transport) { ByName = string.Equals(lookup, "byname", StringComparison.OrdinalIgnoreCase) }, "defer", "defer", cancellationToken);
    }

    private static DriverVerdict Redirect(RouteRun run, string addresses)
    {
        var children = ImmutableArray.CreateBuilder<RoutingAddress>();
        foreach (var item in RedirectListReader.Read(addresses, run.Scope.Environment.Policy.MainOptions))
        {
            switch (item)
            {
                case RedirectItem.Mailbox mailbox:
                    var domain = mailbox.Domain.Length > 0 ? mailbox.Domain : run.Services.QualifyRecipient ?? run.Scope.Environment.PrimaryHostname;
                    children.Add(run.Address with
                    {
                        LocalPart = mailbox.LocalPart,
                        Domain = domain,
                        Parent = run.Address,
                        ParentRouter = run.Router.Name,
                        StartRouter = run.Router.RedirectRouter,
                    });
                    break;
                case RedirectItem.Malformed bad:
                    return new DriverVerdict.Defer($"error in redirect data: {bad.Error} in \"{bad.Text}\"");
                default:
                    return new DriverVerdict.Defer($"error in redirect data: only addresses are permitted in \"{addresses}\"");
            }
        }

        return children.Count > 0 ? new DriverVerdict.Redirect(children.ToImmutable(), []) : new DriverVerdict.Defer("error in redirect data: no addresses supplied");
    }

    private static DriverVerdict.Defer Failed(RouteRun run, string what) => new($"{run.Router.Name} router: {what}");

    /// <summary>An answer that means nothing has to be seen by somebody.</summary>
    private static DriverVerdict.Defer Bad(RouteRun run, string problem)
    {
        run.Scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{run.Router.Name} router: {problem}");
        return new DriverVerdict.Defer(problem, NeedsAttention: true);
    }
}
