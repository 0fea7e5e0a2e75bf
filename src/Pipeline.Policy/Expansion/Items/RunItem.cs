using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${run{command arguments}…}</c>: runs a program without a shell; <c>$value</c> is what it wrote, <c>$runrc</c> its status.</summary>
internal sealed class RunItem(ExpansionNode command, Branches branches) : ExpansionNode
{
    public static ItemDefinition[] Definitions { get; } = [new("run", Parse)];

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var line = await command.EvaluateAsync(context);
        if (!line.IsSuccess)
        {
            return line;
        }

        if (!CommandLine.TrySplit(line.Value, out var arguments, out var error))
        {
            return ExpansionResult.Failed(error);
        }

        var run = await ExternalProgram.RunAsync(arguments, await EnvironmentItem.VisibleAsync(context), context.Scope.Environment.Time, context.CancellationToken);
        context.Transient.RunReturnCode = run.Status;
        if (run.Failure is not null)
        {
            return ExpansionResult.Failed(run.Failure);
        }

        if (run.Status == 0)
        {
            return await branches.SucceedAsync(context, run.Output);
        }

        var outer = context.Transient.Value;
        context.Transient.Value = run.Output;
        try
        {
            return await branches.FailAsync(context);
        }
        finally
        {
            context.Transient.Value = outer;
        }
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
