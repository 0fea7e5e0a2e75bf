using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${sg{subject}{pattern}{replacement}}</c>: replaces every match; the replacement is expanded again for each.</summary>
internal static class SubstituteItem
{
    public static ItemDefinition[] Definitions { get; } = [ItemDefinition.Of("sg", 3, 3, SubstituteAsync, setsMark: true)];

    private static async ValueTask<ExpansionResult> SubstituteAsync(ExpansionContext context, ExpandedArguments arguments)
    {
        if (!PatternCache.TryGet(arguments[1], caseless: false, out var pattern, out var error))
        {
            return ExpansionResult.Failed(error);
        }

        if (context.Refuses(arguments.TaintOf(2), $"attempt to expand tainted string '{arguments[2]}'"))
        {
            return ExpansionResult.Failed($"attempt to expand tainted string '{arguments[2]}'");
        }

        var replacement = StringExpansion.Compile(arguments[2]);
        var subject = arguments[0];
        var outer = context.Transient.Numeric;
        var text = new StringBuilder();
        var copied = 0;
        var taint = Taint.None;
        try
        {
            for (var match = pattern.Regex.Match(subject); match.Success; match = match.NextMatch())
            {
                if (!context.TryStep(out var failure))
                {
                    return failure;
                }

                context.Transient.Numeric = new NumericValues(Pattern.Parts(match), arguments.TaintOf(0).Unquoted());
                var replaced = await replacement.ExpandAsync(context.Scope, context.CancellationToken);
                if (!replaced.IsSuccess)
                {
                    return replaced;
                }

                taint = taint.With(replaced.Text.Taint.With(match.Index > copied ? arguments.TaintOf(0) : Taint.None));
                text.Append(subject, copied, match.Index - copied).Append(replaced.Value);
                copied = match.Index + match.Length;
                if (text.Length > ExpansionContext.MaxResultLength)
                {
                    return ExpansionContext.TooLong();
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            return ExpansionResult.Failed($"regular expression \"{pattern.Source}\" took too long");
        }
        finally
        {
            context.Transient.Numeric = outer;
        }

        taint = taint.With(copied < subject.Length ? arguments.TaintOf(0) : Taint.None);
        return ExpansionResult.Success(text.Append(subject, copied, subject.Length - copied).ToString(), taint.Unquoted());
    }
}
