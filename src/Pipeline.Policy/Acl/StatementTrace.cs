using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>Tells a test session of a statement in Exim's words.</summary>
internal static class StatementTrace
{
    /// <param name="expanded">The value of the item, expanded; null where the item expands it itself.</param>
    public static void Tries(AclEvaluation evaluation, AclItem item, string? expanded)
    {
        if (evaluation.Scope.TraceOf(PolicyTopics.Acl) is not { } trace)
        {
            return;
        }

        switch (item.Kind.Name)
        {
            case "message":
                evaluation.Trace($"  message: {item.Value.Source}");
                return;
            case "log_message":
                evaluation.Trace($"l_message: {item.Value.Source}");
                return;
            case "endpass":
                return;
        }

        evaluation.Trace($"check {item.Text}");
        if (expanded is not null && expanded != item.Value.Source)
        {
            // Below the equals sign of the line before.
            trace.Write(PolicyTopics.Acl, $"{new string(' ', $"check {item.Text}".Length - item.Value.Source.Length - 2)}= {expanded}");
        }
    }

    public static void Concluded(AclEvaluation evaluation, StatementRun run, string acl, AclTestOutcome outcome, AclVerdict? verdict)
    {
        if (evaluation.Scope.TraceOf(PolicyTopics.Acl) is null)
        {
            return;
        }

        evaluation.Trace($"{run.Verb.Word}: condition test {Word(outcome)} in {acl}");
        if (run.EndpassSeen && verdict is AclVerdict.Deny or AclVerdict.Drop)
        {
            evaluation.Trace($"{run.Verb.Word}: endpass encountered - denying access");
        }
        else if (End(run.Verb, outcome, verdict) is { } end)
        {
            evaluation.Trace($"end of {acl}: {end}");
        }
    }

    private static string Word(AclTestOutcome outcome) => outcome switch
    {
        AclTestOutcome.True => "succeeded",
        AclTestOutcome.Discard => "yielded \"discard\"",
        AclTestOutcome.Defer => "deferred",
        AclTestOutcome.Error => "error",
        _ => "failed",
    };

    /// <summary>Null where the ACL goes on, or ends without a word.</summary>
    private static string? End(AclVerb verb, AclTestOutcome outcome, AclVerdict? verdict) => verdict switch
    {
        null or AclVerdict.Error => null,
        _ when verb == AclVerb.Require => "not OK",
        AclVerdict.Defer when outcome == AclTestOutcome.Defer => null,
        _ => verb.Word.ToUpperInvariant(),
    };
}
