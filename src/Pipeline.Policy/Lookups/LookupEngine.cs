using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary>Performs lookups: partial keys, default keys, the memory of a message.</summary>
internal static class LookupEngine
{
    private const int MaxRemembered = 1000;
    private const int MaxKeyLength = 64 * 1024;

    /// <param name="key">The key of a single-key type, else empty.</param>
    /// <param name="numeric">Behind a partial match that was found, $0, $1 (the wild part) and $2 (the fixed part); else null.</param>
    public static async ValueTask<(LookupResult Result, string[]? Numeric)> FindAsync(
        EvaluationScope scope, LookupSpecification specification, string key, string fileOrQuery, CancellationToken cancellationToken)
    {
        var type = specification.Type;
        var question = new LookupQuestion(scope, key, fileOrQuery, specification.Options);
        if (!type.IsSingleKey)
        {
            return (await AskAsync(type, question, cancellationToken), null);
        }

        if (type.NeedsAbsoluteFile && !fileOrQuery.StartsWith('/'))
        {
            return (LookupResult.Failed($"absolute file name expected for \"{type.Name}\" lookup"), null);
        }

        // Nothing has no key, but what is there for everything else.
        var result = key.Length == 0 ? LookupResult.NotFound : await AskAsync(type, question, cancellationToken);
        if (result.Outcome != LookupOutcome.NotFound)
        {
            return (result, specification.Partial is not null && result.IsFound ? [key, "", key] : null);
        }

        if (key.Length > 0 && specification.Partial is { } least)
        {
            var (partial, numeric) = await FindPartialAsync(type, question, least, specification.Affix, cancellationToken);
            if (partial.Outcome != LookupOutcome.NotFound)
            {
                return (partial, numeric);
            }
        }

        var fallback = await FindDefaultAsync(specification, question, cancellationToken);
        return (fallback, specification.Partial is not null && fallback.IsFound ? [key, key, ""] : null);
    }

    private static async ValueTask<(LookupResult Result, string[]? Numeric)> FindPartialAsync(
        LookupType type, LookupQuestion question, int least, string affix, CancellationToken cancellationToken)
    {
        var key = question.Key;
        var fixedStart = 0;
        while (true)
        {
            var fixedPart = key[fixedStart..];
            var components = fixedPart.AsSpan().Count('.') + 1;
            if (fixedStart > 0 && components < least)
            {
                break;
            }

            // The whole key was tried bare before; shortened keys are tried with the affix only.
            var result = await AskAsync(type, question with { Key = affix + fixedPart }, cancellationToken);
            if (result.Outcome != LookupOutcome.NotFound)
            {
                return (result, [key, key[..fixedStart].TrimEnd('.'), fixedPart]);
            }

            var dot = key.IndexOf('.', fixedStart);
            if (dot < 0)
            {
                break;
            }

            fixedStart = dot + 1;
        }

        // With no component left only the affix itself remains, without its dot.
        var bare = affix.EndsWith('.') ? affix[..^1] : affix;
        if (least == 0 && bare.Length > 0)
        {
            var result = await AskAsync(type, question with { Key = bare }, cancellationToken);
            if (result.Outcome != LookupOutcome.NotFound)
            {
                return (result, [key, key, ""]);
            }
        }

        return (LookupResult.NotFound, null);
    }

    private static async ValueTask<LookupResult> FindDefaultAsync(
        LookupSpecification specification, LookupQuestion question, CancellationToken cancellationToken)
    {
        var at = question.Key.LastIndexOf('@');
        if (specification.DefaultStarAt && at >= 0)
        {
            var result = await AskAsync(specification.Type, question with { Key = "*" + question.Key[at..] }, cancellationToken);
            if (result.Outcome != LookupOutcome.NotFound)
            {
                return result;
            }
        }

        return specification.DefaultStar
            ? await AskAsync(specification.Type, question with { Key = "*" }, cancellationToken)
            : LookupResult.NotFound;
    }

    private static string Told(LookupType type, LookupQuestion question, LookupResult result)
    {
        var asked = type.IsSingleKey ? $"{type.Name} lookup of \"{question.Key}\" in {question.FileOrQuery}" : $"{type.Name} lookup of \"{question.FileOrQuery}\"";
        return result.Outcome switch
        {
            LookupOutcome.Found => $"{asked} yielded: {result.Data}",
            LookupOutcome.NotFound => $"{asked} failed: not found",
            LookupOutcome.Deferred => $"{asked} deferred: {result.Message}",
            _ => $"{asked} cannot be done: {result.Message}",
        };
    }

    private static async ValueTask<LookupResult> AskAsync(LookupType type, LookupQuestion question, CancellationToken cancellationToken)
    {
        if (question.Key.Length > MaxKeyLength)
        {
            return LookupResult.NotFound;
        }

        var memory = question.Scope.Message.LookupMemory;
        var place = (type.Name, question.Key, question.FileOrQuery, string.Join(',', question.Options.Select(o => $"{o.Key}={o.Value}")));
        var remembers = question.Option("cache") is not "no_rd";
        if (remembers && memory.TryGetValue(place, out var remembered))
        {
            return remembered;
        }

        LookupResult result;
        if (type.Find is not null)
        {
            result = await type.Find(question, cancellationToken);
        }
        else if (question.Scope.Environment.LookupBackends.TryGetValue(type.Name, out var backend))
        {
            result = await backend.FindAsync(question, cancellationToken);
        }
        else
        {
            result = LookupResult.Failed($"lookup type \"{type.Name}\" is not available (not in the binary - check buildtime LOOKUP configuration)");
        }

        question.Scope.TraceOf(PolicyTopics.Lookup)?.Write(PolicyTopics.Lookup, Told(type, question, result));

        if (result.HasWritten)
        {
            memory.Clear();
        }
        else if (result.Outcome is LookupOutcome.Found or LookupOutcome.NotFound && memory.Count < MaxRemembered)
        {
            memory[place] = result;
        }

        return result;
    }
}
