using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${sg{subject}{pattern}{replacement}}</c>: replaces every match; the replacement is expanded again for each.</summary>
internal static class SubstituteItem
{
    public static ItemDefinition[] Definitions { get; } = [ItemDefinition.Of("sg", 3, 3, SubstituteAsync)];

    private static async ValueTask<ExpansionResult> SubstituteAsync(ExpansionContext context, string[] arguments)
    {
        if (!PatternCache.TryGet(arguments[1], caseless: false, out var pattern, out var error))
        {
            return ExpansionResult.Failed(error);
        }

        var replacement = StringExpansion.Compile(arguments[2]);
        var subject = arguments[0];
        var outer = context.Transient.Numeric;
        var text = new StringBuilder();
        var copied = 0;
        try
        {
            for (var match = pattern.Regex.Match(subject); match.Success; match = match.NextMatch())
            {
                if (!context.TryStep(out var failure))
                {
                    return failure;
                }

                context.Transient.Numeric = Pattern.Parts(match);
                var replaced = await replacement.ExpandAsync(context.Scope, context.CancellationToken);
                if (!replaced.IsSuccess)
                {
                    return replaced;
                }

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

        return ExpansionResult.Success(text.Append(subject, copied, subject.Length - copied).ToString());
    }
}
