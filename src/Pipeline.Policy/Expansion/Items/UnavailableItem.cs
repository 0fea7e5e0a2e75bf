using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Items that Exim has and this program has not: their text is read, and reaching them is an error that says so.</summary>
internal static class UnavailableItem
{
    private const int MaxArguments = 9;

    public static ItemDefinition[] Definitions { get; } = [Of("dlfunc"), Of("imapfolder"), Of("perl")];

    private static ItemDefinition Of(string name) => new(name, (parser, word) =>
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArguments(word, 1, MaxArguments, arguments, closes: false))
        {
            return parser.Unwind(arguments);
        }

        if (!parser.TryTake('}'))
        {
            parser.FailBraces();
            return parser.Unwind(arguments);
        }

        return new FailureNode($"\"${{{name}\" encountered, but this facility is not included in this binary");
    })
    {
        IsAvailable = false,
    };
}
