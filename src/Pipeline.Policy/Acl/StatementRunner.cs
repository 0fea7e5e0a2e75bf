using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>Runs one statement: its conditions and modifiers strictly in the order written, then what its verb makes of the outcome.</summary>
internal static class StatementRunner
{
    /// <param name="acl">The ACL it stands in, as a test session is told of it.</param>
    /// <returns>The verdict of the ACL, or null to go on with the next statement.</returns>
    public static async ValueTask<AclVerdict?> RunAsync(AclEvaluation evaluation, AclStatement statement, string acl, CancellationToken cancellationToken)
    {
        var run = new StatementRun(statement.Verb);
        evaluation.Statement = run;
        evaluation.UserMessage = evaluation.LogMessage = null;
        evaluation.SenderVerify = null;
        evaluation.ShowsTemporaryDetails = false;
        evaluation.Trace($"processing \"{run.Verb.Word}\" ({statement.Location.File} {statement.Location.Line})");
        var test = await RunItemsAsync(evaluation, statement, cancellationToken);
        evaluation.Statement = run;
        await StatementMessages.ApplyAsync(evaluation, run, test.Outcome, cancellationToken);
        var verdict = Conclude(evaluation, run, test.Outcome);
        StatementTrace.Concluded(evaluation, run, acl, test.Outcome, verdict);
        if (run.Verb == AclVerb.Warn && verdict is null)
        {
            WarnEffects.Apply(evaluation, test.Outcome);
        }

        return verdict;
    }

    private static async ValueTask<AclTest> RunItemsAsync(AclEvaluation evaluation, AclStatement statement, CancellationToken cancellationToken)
    {
        foreach (var item in statement.Items)
        {
            var test = await RunItemAsync(evaluation, item, cancellationToken);
            evaluation.UserMessage = test.UserMessage ?? evaluation.UserMessage;
            evaluation.LogMessage = test.LogMessage ?? evaluation.LogMessage;
            if (item.Negated)
            {
                test = test.Negate();
            }

            if (test.Outcome != AclTestOutcome.True)
            {
                return test;
            }
        }

        return AclTest.True;
    }

    private static async ValueTask<AclTest> RunItemAsync(AclEvaluation evaluation, AclItem item, CancellationToken cancellationToken)
    {
        if (!item.Kind.AllowedAt.Contains(evaluation.Point))
        {
            var word = item.Kind.IsModifier ? "use" : "test";
            return AclTest.Error($"cannot {word} {item.Kind.Name} condition in {AclPointTraits.Of(evaluation.Point).Name} ACL");
        }

        if (!item.Kind.ExpandsValue)
        {
            StatementTrace.Tries(evaluation, item, null);
            return await item.Kind.RunAsync(evaluation, item, "", cancellationToken);
        }

        var value = await item.Value.ExpandAsync(evaluation.Scope, cancellationToken);
        evaluation.ArgumentTaint = value.Text.Taint;
        if (value.IsSuccess)
        {
            StatementTrace.Tries(evaluation, item, value.Value);
        }

        return value.Outcome switch
        {
            ExpansionOutcome.Success => await item.Kind.RunAsync(evaluation, item, value.Value, cancellationToken),

            // The item counts as not written, whatever stands in front of it.
            ExpansionOutcome.ForcedFailure => item.Negated ? AclTest.False : AclTest.True,
            ExpansionOutcome.Deferred => AclTest.Defer($"failed to expand ACL string \"{item.Value.Source}\": {value.Message}"),
            _ => AclTest.Error($"failed to expand ACL string \"{item.Value.Source}\": {value.Message}"),
        };
    }

    private static AclVerdict? Conclude(AclEvaluation evaluation, StatementRun run, AclTestOutcome outcome)
    {
        switch (outcome)
        {
            case AclTestOutcome.Error:
                return AclVerdict.Error;
            case AclTestOutcome.Defer:
                return run.Verb == AclVerb.Warn ? null : AclVerdict.Defer;
            case AclTestOutcome.Discard when run.Verb is AclVerb.Accept or AclVerb.Discard:
                return AclVerdict.Discard;
            case AclTestOutcome.Discard:
                evaluation.LogMessage = $"nested ACL returned \"discard\" for \"{run.Verb.Word}\" command (only allowed with \"accept\" or \"discard\")";
                return AclVerdict.Error;
            case AclTestOutcome.True:
                evaluation.ShowsTemporaryDetails |= run.Verb == AclVerb.Defer;
                return OnTrue(run.Verb);
            default:
                return OnFalse(run, outcome == AclTestOutcome.FalseAndDrop ? AclVerdict.Drop : AclVerdict.Deny);
        }
    }

    private static AclVerdict? OnTrue(AclVerb verb) => verb switch
    {
        AclVerb.Accept => AclVerdict.Accept,
        AclVerb.Defer => AclVerdict.Defer,
        AclVerb.Deny => AclVerdict.Deny,
        AclVerb.Discard => AclVerdict.Discard,
        AclVerb.Drop => AclVerdict.Drop,
        _ => null,
    };

    private static AclVerdict? OnFalse(StatementRun run, AclVerdict refusal) => run.Verb switch
    {
        AclVerb.Require => refusal,
        AclVerb.Accept or AclVerb.Discard when run.EndpassSeen => refusal,
        _ => null,
    };
}
