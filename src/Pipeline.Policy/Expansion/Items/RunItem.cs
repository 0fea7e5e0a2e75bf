using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Processes;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${run{command arguments}…}</c>: runs a program without a shell; <c>$value</c> is what it wrote, <c>$runrc</c> its status.</summary>
internal sealed class RunItem(ExpansionNode command, Branches branches) : ExpansionNode
{
    private const int NotFoundStatus = 127;
    private const int SignalStatus = 128;
    private const int MaxOutput = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static ItemDefinition[] Definitions { get; } = [new("run", Parse)];

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var (line, program) = await LeadingWord.EvaluateAsync(command, context);
        if (!line.IsSuccess)
        {
            return line;
        }

        if (!CommandLine.TrySplit(line.Value, out var arguments, out var error))
        {
            return ExpansionResult.Failed(error);
        }

        if (context.Forbids(program, $"Attempt to exec tainted path: '{(arguments.Count == 0 ? "" : arguments[0])}'"))
        {
            return ExpansionResult.Failed("couldn't create child process: Operation not permitted");
        }

        var (status, output, failure) = await RunAsync(context, arguments);
        context.Transient.RunReturnCode = status;
        if (failure is not null)
        {
            return ExpansionResult.Failed(failure);
        }

        if (status == 0)
        {
            return await branches.SucceedAsync(context, output);
        }

        var outer = context.Transient.Value;
        context.Transient.Value = output;
        try
        {
            return await branches.FailAsync(context);
        }
        finally
        {
            context.Transient.Value = outer;
        }
    }

    // There is no search for a program without a slash.
    private static async ValueTask<(int Status, string Output, string? Failure)> RunAsync(ExpansionContext context, IReadOnlyList<string> arguments)
    {
        var path = OctetString.ToText(arguments.Count == 0 ? "" : arguments[0]);
        if (!path.Contains('/', StringComparison.Ordinal) || FilePath.Refuse(path) is not null || !File.Exists(path))
        {
            return (NotFoundStatus, "", null);
        }

        var start = new ProcessStart { Arguments = [.. arguments], Environment = await VisibleEnvironment.OfAsync(context.Scope, context.CancellationToken) };
        var run = await ExternalProgram.RunAsync(start, input: null, Timeout, MaxOutput, context.Scope.Environment.Time, context.CancellationToken);
        return run.End switch
        {
            ProgramEnd.NotStarted => (NotFoundStatus, "", null),
            ProgramEnd.TimedOut => (0, "", "command timed out"),
            ProgramEnd.TooMuchOutput => (0, "", $"command wrote more than {MaxOutput} octets"),
            ProgramEnd.Ended => (run.Exit.Signal == 0 ? run.Exit.Status : SignalStatus + run.Exit.Signal, run.Output, null),
            _ => (0, "", $"error running command: {run.Problem}"),
        };
    }

    private static ExpansionNode Parse(ExpansionParser parser, string name)
    {
        while (parser.TryTake(','))
        {
            var option = parser.ReadName();
            if (option != "preexpand")
            {
                parser.Fail($"bad option '{option}' for run");
                return parser.Unwind();
            }
        }

        var arguments = new List<ExpansionNode>();
        return parser.TryReadArgument("command arg of run", arguments)
            ? new RunItem(arguments[0], Branches.Parse(parser, name))
            : parser.Unwind(arguments);
    }
}
