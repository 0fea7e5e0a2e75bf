using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${extract{key}{data}…}</c>, <c>${extract{number}{separators}{string}…}</c> and <c>${listextract{number}{list}…}</c>.</summary>
internal sealed class ExtractItem(string name, ExpansionNode[] arguments, ExpansionNode? optional, Branches branches) : ExpansionNode
{
    public static ItemDefinition[] Definitions { get; } = [new("extract", ParseExtract), new("listextract", ParseListExtract)];

    private string? _json;

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var values = new string[arguments.Length];
        if (await arguments.EvaluateAsync(context, values) is { } failure)
        {
            return failure;
        }

        var key = values[0].Trim(' ', '\t', '\n', '\r', '\f', '\v');
        if (key.Length == 0)
        {
            return ExpansionResult.Failed($"first argument of \"{name}\" must not be empty");
        }

        var numbered = int.TryParse(key, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number);
        string? found;
        if (_json is not null)
        {
            found = JsonText.Find(values[1], key, unquotes: _json == "jsons");
        }
        else if (name == "listextract")
        {
            if (!numbered)
            {
                return ExpansionResult.Failed($"first argument of \"{name}\" must be numeric");
            }

            found = Element(ListSyntax.Split(values[1]), number);
        }
        else if (numbered)
        {
            if (optional is null)
            {
                return ExpansionResult.Failed("missing or misplaced { or }");
            }

            var text = await optional.EvaluateAsync(context);
            if (!text.IsSuccess)
            {
                return text;
            }

            found = Field(text.Value, values[1], number);
        }
        else
        {
            found = KeyedData.Find(values[1], key);
        }

        return found is null ? await branches.FailAsync(context) : await branches.SucceedAsync(context, found);
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

    private static ExpansionNode ParseListExtract(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArguments(name, 2, 2, arguments, closes: false))
        {
            return parser.Unwind(arguments);
        }

        var branches = Branches.Parse(parser, name);
        return parser.Broken ? parser.Unwind(arguments) : new ExtractItem(name, [.. arguments], null, branches);
    }

    private static ExpansionNode ParseExtract(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        parser.SkipBlanks();
        if (char.IsAsciiLetter(parser.Current))
        {
            var format = parser.ReadName();
            return format is "json" or "jsons" ? ParseJson(parser, name, format) : parser.FailBraces();
        }

        if (!parser.TryReadArguments(name, 2, 2, arguments, closes: false))
        {
            return parser.Unwind(arguments);
        }

        // How many strings follow is known only when the first one is a number. A number is nearly always written as one.
        ExpansionNode? text = null;
        if (LooksNumeric(arguments[0]))
        {
            if (!parser.TryReadArguments(name, 1, 1, arguments, closes: false))
            {
                return parser.Unwind(arguments);
            }

            text = arguments[2];
            arguments.RemoveAt(2);
        }

        var branches = Branches.Parse(parser, name);
        return parser.Broken ? parser.Unwind(arguments) : new ExtractItem(name, [.. arguments], text, branches);
    }

    private static ExpansionNode ParseJson(ExpansionParser parser, string name, string format)
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArguments(name, 2, 2, arguments, closes: false))
        {
            return parser.Unwind(arguments);
        }

        var branches = Branches.Parse(parser, name);
        return parser.Broken
            ? parser.Unwind(arguments)
            : new ExtractItem(name, [.. arguments], null, branches) { _json = format };
    }

    private static bool LooksNumeric(ExpansionNode node) =>
        node.Constant is { } text && text.Trim().TrimStart('-') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
}
