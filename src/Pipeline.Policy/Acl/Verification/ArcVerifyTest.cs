using System.Globalization;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Policy.Acl.Conditions;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Verification;

/// <summary><c>verify = arc/list</c>: the state of the chain of ARC sets (RFC 8617) is one of the words.</summary>
internal static class ArcVerifyTest
{
    public static async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, string states, CancellationToken cancellationToken)
    {
        if (evaluation.Message.Verification is not { } verification || await verification.ArcAsync(cancellationToken) is not { } result)
        {
            return AclTest.Defer("ARC cannot be evaluated: DKIM verification is switched off or there is no client");
        }

        Show(evaluation.Message, result);
        if (WordList.Contains(states, result.Word))
        {
            return AclTest.True;
        }

        // RFC 8617 section 5.2 leaves it to the receiver: no message is judged by name servers that are away.
        return result.State == ArcState.TempError ? AclTest.Defer($"ARC cannot be evaluated now: {result.Detail}") : AclTest.False;
    }

    /// <summary>Sets the variables; they stay set for the rest of the message.</summary>
    private static void Show(MessageScope message, ArcResult result)
    {
        var domains = new StringBuilder();
        for (var i = 0; i < result.Instances; i++)
        {
            // Of a chain that does not pass, no domain is named: each is an empty item.
            ListSyntax.Append(domains, i < result.Domains.Length ? OctetString.FromText(result.Domains[i]) : "", ':', first: i == 0);
        }

        if (domains.Length == 0 && result.Instances > 0)
        {
            domains.Append(':'); // a list of one empty item, as against an empty list
        }

        message.ConditionVariables["arc_state"] = result.Word;
        message.ConditionVariables["arc_state_reason"] = result.Reason;
        message.ConditionVariables["arc_domains"] = domains.ToString();
        message.ConditionVariables["arc_oldest_pass"] = result.OldestPass.ToString(CultureInfo.InvariantCulture);
    }
}
