using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${lookup{key}type{file}…}</c> and <c>${lookup type{query}…}</c>.</summary>
internal sealed class LookupItem(LookupSpecification specification, ExpansionNode? key, ExpansionNode fileOrQuery, Branches branches) : ExpansionNode
{
    public static ItemDefinition[] Definitions { get; } = [new("lookup", Parse)];

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var keyText = ExpansionResult.Success("");
        if (key is not null)
        {
            keyText = await key.EvaluateAsync(context);
            if (!keyText.IsSuccess)
            {
                return keyText;
            }
        }

        var (place, file) = await LeadingWord.EvaluateAsync(fileOrQuery, context);
        if (!place.IsSuccess)
        {
            return place;
        }

        if (RefusesPlace(context, place, file) is { } complaint)
        {
            return ExpansionResult.Failed(complaint);
        }

        var (result, numeric) = await LookupEngine.FindAsync(context.Scope, specification, keyText.Value, place.Value, context.CancellationToken);
        switch (result.Outcome)
        {
            case LookupOutcome.Deferred:
                return ExpansionResult.Deferred($"lookup of \"{(key is null ? QuerySecrets.Hide(place.Value) : keyText.Value)}\" gave DEFER: {result.Message}");
            case LookupOutcome.Failed:
                return ExpansionResult.Failed(result.Message);
        }

        var outer = context.Transient.Numeric;
        context.Transient.Numeric = numeric is null ? outer : new NumericValues(numeric, keyText.Text.Taint.Unquoted());
        try
        {
            return result.IsFound ? await branches.SucceedAsync(context, new ExpandedText(result.Data, specification.Type.FindsForeignText ? Taint.Tainted : Taint.None)) : await branches.FailAsync(context);
        }
        finally
        {
            context.Transient.Numeric = outer;
        }
    }

    /// <summary>The file of a single-key lookup, or the one before a query, must not be a peer's choice; text of peers in a query must be quoted.</summary>
    private string? RefusesPlace(ExpansionContext context, ExpansionResult place, Taint file)
    {
        if (place.Taint == Taint.None)
        {
            return null;
        }

        var type = specification.Type;
        if (type.IsSingleKey || place.Value.StartsWith('/'))
        {
            var name = type.IsSingleKey ? place.Value : place.Value.Split(' ', 2)[0];
            var complaint = $"Tainted filename for search: '{name}'";
            if (context.Refuses(type.IsSingleKey ? place.Taint : file, complaint))
            {
                return complaint;
            }
        }

        if (type.Quote is not null)
        {
            context.WatchQuery(place.Text, type.QuotedMark);
        }

        return null;
    }

    private static ExpansionNode Parse(ExpansionParser parser, string name)
    {
        ExpansionNode? key = null;
        parser.SkipBlanks();
        if (parser.Current == '{')
        {
            key = parser.ParseBraced();
            if (parser.Broken)
            {
                return parser.Unwind(key);
            }

            parser.SkipBlanks();
        }

        IEnumerable<ExpansionNode> parts = key is null ? [] : [key];
        if (!char.IsAsciiLetter(parser.Current))
        {
            parser.Fail("missing lookup type");
            return parser.Unwind(parts);
        }

        if (!LookupSpecification.TryParse(ReadType(parser), out var specification, out var error))
        {
            parser.Fail(error);
            return parser.Unwind(parts);
        }

        parser.Lookups.Add(specification.Type.Name);
        if (!specification.Type.IsAvailable)
        {
            parser.Unavailable.Add(UnavailablePart.Failing($"lookup type \"{specification.Type.Name}\""));
        }

        if (specification.Type.IsSingleKey != key is not null)
        {
            parser.Fail(key is null
                ? $"missing {{key}} for single-key \"{specification.Type.Name}\" lookup"
                : $"a single key was given for lookup type \"{specification.Type.Name}\", which is not a single-key lookup type");
            return parser.Unwind(parts);
        }

        parser.SkipBlanks();
        if (parser.Current != '{')
        {
            parser.FailBraces($"missing '{{' for lookup file-or-query arg");
            return parser.Unwind(parts);
        }

        var place = parser.ParseBraced();
        return parser.Broken ? parser.Unwind(parts.Append(place)) : new LookupItem(specification, key, place, Branches.Parse(parser, name));
    }

    private static string ReadType(ExpansionParser parser)
    {
        var rest = parser.Rest;
        var length = 0;
        while (length < rest.Length && rest[length] != '{' && !ListSyntax.IsBlank(rest[length]))
        {
            length++;
        }

        var type = rest[..length].ToString();
        parser.Position += length;
        return type;
    }
}
