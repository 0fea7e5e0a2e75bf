using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${env{NAME}…}</c>: a variable of the process environment, as far as <c>keep_environment</c> and <c>add_environment</c> let it through.</summary>
internal sealed class EnvironmentItem(ExpansionNode name, Branches branches) : ExpansionNode
{
    public static ItemDefinition[] Definitions { get; } = [new("env", Parse)];

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var key = await name.EvaluateAsync(context);
        if (!key.IsSuccess)
        {
            return key;
        }

        var visible = await VisibleEnvironment.OfAsync(context.Scope, context.CancellationToken);
        return visible.TryGetValue(key.Value, out var value)
            ? await branches.SucceedAsync(context, value)
            : await branches.FailAsync(context);
    }

    private static ExpansionNode Parse(ExpansionParser parser, string item)
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArguments(item, 1, 1, arguments, closes: false))
        {
            return parser.Unwind(arguments);
        }

        return new EnvironmentItem(arguments[0], Branches.Parse(parser, item));
    }
}
