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

        if (text.StartsWith('*'))
        {
            return new(MatchSuffix(context, caseful));
        }

        var matches = caseful ? context.Subject == text : StringConditions.CompareCaseless(context.Subject, text) == 0;
        return new(matches ? ListMatchResult.Match(text) : ListMatchResult.NoMatch);
    }

    // What the asterisk stands for becomes $1.
    private ListMatchResult MatchSuffix(ListMatchContext context, bool caseful)
    {
        var subject = context.Subject;
        if (!subject.AsSpan().EndsWith(text.AsSpan(1), caseful ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
        {
            return ListMatchResult.NoMatch;
        }

        var wild = subject[..(subject.Length - text.Length + 1)];
        context.Captures?.Add(wild);
        context.Scope.Transient.Numeric = NumericValues.FromPeer(subject, wild);
        return ListMatchResult.Match(text);
    }

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
        context.Scope.Transient.Numeric = NumericValues.FromPeer(match);
        return ListMatchResult.Match(text);
    }
}
