using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>Expands the <c>message</c> and <c>log_message</c> of a statement once it is known how the statement ends, where they mean something.</summary>
internal static class StatementMessages
{
    public static async ValueTask ApplyAsync(AclEvaluation evaluation, StatementRun run, AclTestOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is AclTestOutcome.Defer or AclTestOutcome.Error)
        {
            return;
        }

        var holds = outcome is AclTestOutcome.True or AclTestOutcome.Discard;
        if (run.Verb.UsesMessages(holds))
        {
            // Behind endpass the message is for the failure.
            var userMessage = holds && run.EndpassSeen ? null : run.UserMessage;
            var underlying = evaluation.UserMessage ?? "";
            if (holds && run.Verb is AclVerb.Accept or AclVerb.Discard)
            {
                evaluation.UserMessage = null; // what a condition has to say is about refusals
            }

            if (userMessage is not null)
            {
                evaluation.SetVariable("acl_verify_message", underlying);
                if (await ExpandAsync(evaluation, userMessage, cancellationToken) is { Length: > 0 } text)
                {
                    evaluation.UserMessage = text;
                }
            }

            if (run.LogMessage is not null)
            {
                evaluation.SetVariable("acl_verify_message", underlying);
                if (await ExpandAsync(evaluation, run.LogMessage, cancellationToken) is { Length: > 0 } text)
                {
                    evaluation.LogMessage = evaluation.LogMessage is { Length: > 0 } reason ? $"{text}: {reason}" : text;
                }
            }

            // A warning's message is a header line, not something for the log.
            if (run.Verb != AclVerb.Warn)
            {
                evaluation.LogMessage ??= evaluation.UserMessage;
            }
        }
    }

    private static async ValueTask<string?> ExpandAsync(AclEvaluation evaluation, ExpandableString message, CancellationToken cancellationToken)
    {
        var result = await message.ExpandAsync(evaluation.Scope, cancellationToken);
        if (result.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            evaluation.Log(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand ACL message \"{message.Source}\": {result.Message}");
        }

        return result.IsSuccess ? result.Value : null;
    }
}
