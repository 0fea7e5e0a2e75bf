using System.Globalization;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${extract{key}{data}…}</c>, <c>${extract{number}{separators}{string}…}</c> and <c>${listextract{number}{list}…}</c>.</summary>
internal static class ExtractItem
{
    public static ItemDefinition[] Definitions { get; } = [new("extract", ParseExtract), new("listextract", ParseListExtract)];

    /// <summary>Finds the value; null when there is none.</summary>
    private delegate bool Finder(string key, ExpandedArguments values, out string? found, out string error);

    private static bool TryFindKeyed(string key, ExpandedArguments values, out string? found, out string error)
    {
        (found, error) = (KeyedData.Find(values[1], key), "");
        return true;
    }

    private static bool TryFindField(string key, ExpandedArguments values, out string? found, out string error)
    {
        (found, error) = (Field(values[2], values[1], Number(key)), "");
        return true;
    }

    private static bool TryFindElement(string key, ExpandedArguments values, out string? found, out string error)
    {
        var numeric = IsNumeric(key);
        found = numeric ? Element(ListSyntax.Split(values[1]), Number(key)) : null;
        error = numeric ? "" : "first argument of \"listextract\" must be numeric";
        return numeric;
    }

    private static string? Element(List<string> items, int number)
    {
        var index = number > 0 ? number - 1 : items.Count + number;
        return number != 0 && index >= 0 && index < items.Count ? items[index] : null;
    }

    private static string? Field(string text, string separators, int number)
    {
        if (number == 0)
        {
            return text;
        }

        var fields = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || separators.Contains(text[i], StringComparison.Ordinal))
            {
                fields.Add(text[start..i]);
                start = i + 1;
            }
        }

        return Element(fields, number);
    }

    /// <summary>An optional hyphen and digits, of which there may be none behind a hyphen: that is zero, as it is in Exim.</summary>
    private static bool IsNumeric(string key)
    {
        var digits = key.AsSpan(key.StartsWith('-') ? 1 : 0);
        return key.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
    }

    // A number that is too large is past the end of anything.
    private static int Number(string key) =>
        key == "-" ? 0 : int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    private static string Trim(string key) => key.Trim(' ', '\t', '\n', '\r', '\f', '\v');

    private static ExpansionNode ParseListExtract(ExpansionParser parser, string name) => ParseWith(parser, name, 2, [], TryFindElement);

    private static ExpansionNode ParseExtract(ExpansionParser parser, string name)
    {
        parser.SkipBlanks();
        var start = parser.Position;
        switch (parser.ReadName())
        {
            case "json":
                return ParseWith(parser, name, 2, [], TryFindJson(unquotes: false));
            case "jsons":
                return ParseWith(parser, name, 2, [], TryFindJson(unquotes: true));
        }

        parser.Position = start;
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArgument($"arg 1 of {name}", arguments))
        {
            return parser.Unwind(arguments);
        }

        // How many strings follow is known only when the first one is a number. A number is nearly always written as one.
        if (arguments[0].Constant is { } text)
        {
            return IsNumeric(Trim(text)) ? ParseWith(parser, name, 3, arguments, TryFindField) : ParseWith(parser, name, 2, arguments, TryFindKeyed);
        }

        var rest = parser.Position;
        var field = ParseWith(parser, name, 3, [arguments[0]], TryFindField);
        var (fieldEnd, fieldMistake) = (parser.Position, parser.Failure);
        parser.Return(rest);
        var keyed = ParseWith(parser, name, 2, [arguments[0]], TryFindKeyed);
        if (parser.Broken && fieldMistake is null)
        {
            parser.Return(fieldEnd);
        }

        return new EitherNode(field, keyed, arguments[0]);
    }

    private static Finder TryFindJson(bool unquotes) =>
        (string key, ExpandedArguments values, out string? found, out string error) => JsonText.TryFind(values[1], key, unquotes, out found, out error);

    /// <summary>Reads the arguments that are not there yet, and the strings behind them.</summary>
    private static ExpansionNode ParseWith(ExpansionParser parser, string name, int count, List<ExpansionNode> arguments, Finder finder)
    {
        while (arguments.Count < count)
        {
            if (!parser.TryReadArgument(string.Create(CultureInfo.InvariantCulture, $"arg {arguments.Count + 1} of {name}"), arguments))
            {
                return parser.Unwind(arguments);
            }
        }

        return new ExtractNode(name, [.. arguments], Branches.Parse(parser, name), finder);
    }

    private sealed class ExtractNode(string name, ExpansionNode[] arguments, Branches branches, Finder finder) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var expanded = new ExpandedText[arguments.Length];
            if (await arguments.EvaluateAsync(context, expanded) is { } failure)
            {
                return failure;
            }

            // What is found comes from where the data does, whoever has named it.
            var values = new ExpandedArguments(expanded);
            var taint = values.TaintOf(values.Length - 1).Unquoted();

            var key = Trim(values[0]);
            if (key.Length == 0)
            {
                return ExpansionResult.Failed($"first argument of \"{name}\" must not be empty");
            }

            if (!finder(key, values, out var found, out var error))
            {
                return ExpansionResult.Failed(error);
            }

            return found is null ? await branches.FailAsync(context) : await branches.SucceedAsync(context, new ExpandedText(found, taint));
        }
    }

    /// <summary>An <c>extract</c> whose key tells only when it is expanded whether it is a number.</summary>
    private sealed class EitherNode(ExpansionNode field, ExpansionNode keyed, ExpansionNode key) : ExpansionNode
    {
        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var text = await key.EvaluateAsync(context);
            return text.IsSuccess ? await (IsNumeric(Trim(text.Value)) ? field : keyed).EvaluateAsync(context) : text;
        }
    }
}
