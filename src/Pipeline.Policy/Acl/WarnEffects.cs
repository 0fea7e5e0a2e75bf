using Pipeline.Policy.Acl.Modifiers;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>What a <c>warn</c> statement does besides its modifiers: it logs, and (an old habit) adds its message as a header line.</summary>
internal static class WarnEffects
{
    public static void Apply(AclEvaluation evaluation, AclTestOutcome outcome)
    {
        if (outcome == AclTestOutcome.Defer)
        {
            var why = evaluation.LogMessage is { Length: > 0 } reason ? $": {FirstLine(reason)}" : "";
            evaluation.Log(
                "acl_warn_skipped", PolicyLogTarget.Main, $"{ClientText.Prefix(evaluation.Connection)}Warning: ACL \"warn\" statement skipped: condition test deferred{why}");
            return;
        }

        if (outcome != AclTestOutcome.True)
        {
            return;
        }

        if (evaluation.Statement.LogMessage is not null && evaluation.LogMessage is { Length: > 0 } text
            && evaluation.Message.AclState.LoggedWarnings.Add(text))
        {
            evaluation.Log(PolicyLogTarget.Main, $"{ClientText.Prefix(evaluation.Connection)}Warning: {text}");
        }

        if (evaluation.Statement.UserMessage is not null && evaluation.UserMessage is { Length: > 0 } header
            && AclPoints.Message.Contains(evaluation.Point))
        {
            HeaderAddition.Add(evaluation.Message, header);
        }
    }

    private static ReadOnlySpan<char> FirstLine(string text)
    {
        var end = text.AsSpan().IndexOf('\n');
        return end < 0 ? text : text.AsSpan(0, end);
    }
}
