using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>An expansion item, <c>${name …}</c>: its name, once, and how the text behind the name is read.</summary>
internal sealed record ItemDefinition(string Name, Func<ExpansionParser, string, ExpansionNode> Parse)
{
    /// <summary>Reaching it gives a result, and not the error that it is not there.</summary>
    public bool IsAvailable { get; init; } = true;

    /// <summary>An item with arguments in braces and an immediate answer.</summary>
    public static ItemDefinition Of(string name, int least, int most, Func<ExpansionContext, ExpandedArguments, ExpansionResult> function, bool setsMark = false) =>
        Of(name, least, most, (context, arguments) => new ValueTask<ExpansionResult>(function(context, arguments)), setsMark);

    /// <summary>An item with arguments in braces whose answer may have to wait.</summary>
    /// <param name="setsMark">The function says itself where its result comes from; otherwise it comes from where the arguments do.</param>
    public static ItemDefinition Of(string name, int least, int most, Func<ExpansionContext, ExpandedArguments, ValueTask<ExpansionResult>> function, bool setsMark = false) =>
        new(name, (parser, word) =>
        {
            var arguments = new List<ExpansionNode>();
            return parser.TryReadArguments(word, least, most, arguments, closes: true)
                ? new FunctionItem([.. arguments], function, setsMark)
                : parser.Unwind(arguments);
        });
}
