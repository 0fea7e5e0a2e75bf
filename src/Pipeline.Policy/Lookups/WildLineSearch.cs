using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Lookups;

/// <summary><c>wildlsearch</c> and <c>nwildlsearch</c>: the keys of the file are items of a domain list; those of <c>wildlsearch</c> are expanded first.</summary>
internal static class WildLineSearch
{
    public static LookupType[] Types { get; } =
    [
        new("wildlsearch", LookupStyle.SingleKey, (question, token) => FindAsync(question, expands: true, token)),
        new("nwildlsearch", LookupStyle.SingleKey, (question, token) => FindAsync(question, expands: false, token)),
    ];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, bool expands, CancellationToken cancellationToken)
    {
        var (file, error) = await LineFile.Files.ReadAsync(question.FileOrQuery, cancellationToken);
        if (file is null)
        {
            return LineSearch.CannotOpen(question.FileOrQuery, error);
        }

        // The patterns of the file must not disturb $1 … of the string that asked.
        var transient = question.Scope.Transient;
        var numeric = transient.Numeric;
        try
        {
            foreach (var entry in file.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var pattern = ExpansionResult.Success(entry.Key);
                if (expands)
                {
                    pattern = await StringExpansion.Compile(entry.Key).ExpandAsync(question.Scope, cancellationToken);
                    if (pattern.Outcome == ExpansionOutcome.ForcedFailure)
                    {
                        continue;
                    }

                    if (!pattern.IsSuccess)
                    {
                        return LookupResult.Deferred($"failed to expand \"{entry.Key}\": {pattern.Message}");
                    }
                }

                var match = await ListItemParser.Parse(ListKind.Domain, pattern.Value)
                    .MatchAsync(new ListMatchContext(question.Scope, ListKind.Domain, question.Key, null, cancellationToken));
                if (match.IsDeferred)
                {
                    return LookupResult.Deferred(match.Message);
                }

                if (match.IsMatch)
                {
                    return LineSearch.Yield(question, entry);
                }
            }
        }
        finally
        {
            transient.Numeric = numeric;
        }

        return LookupResult.NotFound;
    }
}
