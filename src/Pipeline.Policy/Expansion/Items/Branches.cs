using Pipeline.Policy.Expansion.Parsing;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>The strings behind an item that succeeds or fails: <c>{yes}</c>, <c>{yes}{no}</c> or <c>{yes}fail</c>, all optional.</summary>
internal sealed class Branches
{
    private readonly string _item;
    private readonly string? _plainSuccess;
    private ExpansionNode? _yes;
    private ExpansionNode? _no;
    private bool _failRequested;
    private FailureNode? _mistake;

    private Branches(string item, string? plainSuccess)
    {
        _item = item;
        _plainSuccess = plainSuccess;
    }

    /// <summary>Reads the strings and the closing brace of the item. On a mistake the parser is broken, and so is each outcome that needs what was not read.</summary>
    /// <param name="plainSuccess">What success substitutes when there are no strings; null for the item's own value.</param>
    public static Branches Parse(ExpansionParser parser, string item, string? plainSuccess = null)
    {
        var branches = new Branches(item, plainSuccess);
        branches.Read(parser);
        branches._mistake = parser.Failure;
        return branches;
    }

    /// <summary>Substitutes for success. <c>$value</c> is the item's value inside the string, and what it was before outside.</summary>
    public async ValueTask<ExpansionResult> SucceedAsync(ExpansionContext context, ExpandedText? value)
    {
        if (_yes is null)
        {
            return _mistake is null ? ExpansionResult.Success(_plainSuccess ?? value ?? default) : await _mistake.EvaluateAsync(context);
        }

        var outer = context.Transient.Value;
        if (value is { } own)
        {
            context.Transient.Value = own;
        }

        try
        {
            var result = await _yes.EvaluateAsync(context);
            return result.IsSuccess && _mistake is not null ? await _mistake.EvaluateAsync(context) : result;
        }
        finally
        {
            context.Transient.Value = outer;
        }
    }

    /// <summary>Substitutes for failure.</summary>
    public async ValueTask<ExpansionResult> FailAsync(ExpansionContext context)
    {
        if (_failRequested && _mistake is null)
        {
            return ExpansionResult.ForcedFailure($"\"{_item}\" failed and \"fail\" requested");
        }

        var result = _no is null ? ExpansionResult.Success("") : await _no.EvaluateAsync(context);
        return result.IsSuccess && _mistake is not null ? await _mistake.EvaluateAsync(context) : result;
    }

    private static void Complain(ExpansionParser parser, string where)
    {
        if (parser.MayLackColon)
        {
            parser.FailBraces();
        }
        else
        {
            parser.Fail($"curly-bracket problem in conditional yes/no parsing: {where}\n remaining string is '{parser.Rest}'");
        }
    }

    private void Read(ExpansionParser parser)
    {
        parser.SkipBlanks();
        if (parser.TryTake('}'))
        {
            return;
        }

        if (parser.Current != '{')
        {
            Complain(parser, "'yes' part did not start with '{'");
            return;
        }

        _yes = parser.ParseBraced();
        if (parser.Broken)
        {
            return;
        }

        parser.SkipBlanks();
        if (parser.Current == '{')
        {
            _no = parser.ParseBraced();
        }
        else if (parser.Current != '}')
        {
            _failRequested = parser.ReadName() == "fail";
            if (!_failRequested)
            {
                parser.Fail($"syntax error in \"{_item}\" item - \"fail\" expected");
            }
        }

        if (parser.Broken)
        {
            return;
        }

        parser.SkipBlanks();
        if (!parser.TryTake('}'))
        {
            Complain(parser, "did not close with '}'");
        }
    }
}
