namespace Pipeline.Policy.Expansion;

/// <summary>Strings whose first word names a program or a file and whose further words are its arguments, or a query: each has a mark of its own.</summary>
internal static class LeadingWord
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\r'];

    /// <returns>The whole text, and the mark of its first word.</returns>
    public static async ValueTask<(ExpansionResult Whole, Taint First)> EvaluateAsync(ExpansionNode node, ExpansionContext context)
    {
        if (node is not SequenceNode sequence)
        {
            var whole = await node.EvaluateAsync(context);
            return (whole, whole.Taint);
        }

        var parts = new ExpandedText[sequence.Parts.Length];
        if (await sequence.Parts.EvaluateAsync(context, parts) is { } failure)
        {
            return (failure, Taint.None);
        }

        var (all, first) = (Taint.None, Taint.None);
        var (begun, ended) = (false, false);
        foreach (var part in parts)
        {
            all = all.With(part.Taint);
            if (ended)
            {
                continue;
            }

            var word = begun ? part.Text : part.Text.TrimStart(Blanks);
            var blank = word.IndexOfAny(Blanks);
            first = blank == 0 ? first : first.With(part.Taint);
            begun |= word.Length > 0;
            ended = blank >= 0;
        }

        return (ExpansionResult.Success(string.Concat(parts.Select(part => part.Text)), all), first);
    }
}
