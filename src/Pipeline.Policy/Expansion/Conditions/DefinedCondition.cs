using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary><c>def:NAME</c>: the variable is not empty, or the header field exists.</summary>
internal static class DefinedCondition
{
    public static ConditionDefinition[] Definitions { get; } = [new("def", Parse)];

    private static ConditionNode Parse(ExpansionParser parser, string name)
    {
        if (!parser.TryTake(':'))
        {
            return Broken("\":\" expected after \"def\"");
        }

        var start = parser.Position;
        var variableName = parser.ReadName();
        if (HeaderReference.TryParsePrefix(variableName, out var prefix, out _))
        {
            parser.Position = start + prefix;
            return new HeaderExists(parser.ReadHeaderName());
        }

        if (variableName.Length == 0)
        {
            return Broken("variable name omitted after \"def:\"");
        }

        return parser.TryFindVariable(variableName, out var variable, out var hint)
            ? new VariableIsSet(variable)
            : Broken($"unknown variable \"{variableName}\" after \"def:\"{hint}");

        BrokenCondition Broken(string message)
        {
            parser.Fail(message);
            return new BrokenCondition(parser);
        }
    }

    private sealed class HeaderExists(string header) : ConditionNode
    {
        public override ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context) =>
            new(ConditionResult.Of(HeaderText.Exists(context.Scope, header)));
    }

    private sealed class VariableIsSet(VariableDefinition variable) : ConditionNode
    {
        public override async ValueTask<ConditionResult> EvaluateAsync(ExpansionContext context)
        {
            var result = await variable.ReadAsync(context);
            return result.IsSuccess ? ConditionResult.Of(result.Value.Length > 0) : ConditionResult.From(result);
        }
    }
}
