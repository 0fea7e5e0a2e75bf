using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${env{NAME}…}</c>: a variable of the process environment, as far as <c>keep_environment</c> and <c>add_environment</c> let it through.</summary>
internal sealed class EnvironmentItem(ExpansionNode name, Branches branches) : ExpansionNode
{
    public static ItemDefinition[] Definitions { get; } = [new("env", Parse)];

    /// <summary>The environment that items and programs see.</summary>
    public static async ValueTask<Dictionary<string, string>> VisibleAsync(ExpansionContext context)
    {
        var options = context.Scope.Environment.Policy.MainOptions;
        var visible = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.KeepEnvironment is { } kept)
        {
            var list = MailList.Compile(ListKind.LocalPart, kept);
            foreach (var (key, value) in context.Scope.Environment.ProcessEnvironment)
            {
                if ((await list.MatchAsync(context.Scope, key, caseful: true, context.CancellationToken)).IsMatch)
                {
                    visible[key] = OctetString.FromText(value);
                }
            }
        }

        foreach (var setting in ListSyntax.Split(options.AddEnvironment ?? ""))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                visible[setting[..equals]] = setting[(equals + 1)..];
            }
        }

        return visible;
    }

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var key = await name.EvaluateAsync(context);
        if (!key.IsSuccess)
        {
            return key;
        }

        var visible = await VisibleAsync(context);
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
