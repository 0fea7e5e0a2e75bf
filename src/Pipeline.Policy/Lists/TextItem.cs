using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Conditions;

namespace Pipeline.Policy.Lists;

/// <summary>A literal, <c>*suffix</c>, <c>*</c> or <c>^pattern</c>, compared with the subject as text.</summary>
internal sealed class TextItem(string text) : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        var caseful = context.Caseful && context.Kind != ListKind.Domain;
        if (text.StartsWith('^'))
        {
            return new(MatchPattern(context, caseful));
        }

        var isWild = text.StartsWith('*');
        var matches = isWild
            ? EndsWith(context.Subject, text.AsSpan(1), caseful)
            : caseful ? context.Subject == text : StringConditions.CompareCaseless(context.Subject, text) == 0;
        if (matches && isWild)
        {
            context.Captures?.Add(context.Subject[..(context.Subject.Length - text.Length + 1)]);
        }

        return new(matches ? ListMatchResult.Match(isWild ? context.Subject : text) : ListMatchResult.NoMatch);
    }

    private static bool EndsWith(string subject, ReadOnlySpan<char> suffix, bool caseful) =>
        subject.AsSpan().EndsWith(suffix, caseful ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private ListMatchResult MatchPattern(ListMatchContext context, bool caseful)
    {
        if (!PatternCache.TryGet(text, !caseful, out var pattern, out var error) || !pattern.TryMatch(context.Subject, out var match, out error))
        {
            return ListMatchResult.Defer(error);
        }

        if (match is null)
        {
            return ListMatchResult.NoMatch;
        }

        context.Captures?.AddRange(match.AsSpan(1));
        context.Scope.Transient.Numeric = match;
        return ListMatchResult.Match(context.Subject);
    }
}
