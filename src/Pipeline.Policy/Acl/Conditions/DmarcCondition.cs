using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>dmarc_status =</c>: what DMARC recommends (RFC 9989, or RFC 7489) is one of the words, each of which may be negated.</summary>
/// <remarks>The first of a message has the check decide, and writes its line to the main log; those behind it see the same.</remarks>
internal sealed class DmarcCondition() : AclCondition("dmarc_status")
{
    public override AclPoints AllowedAt => AclPoints.Data;

    public override AclChecks Checks => AclChecks.Dmarc | AclChecks.Spf | AclChecks.Dkim;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Message.Verification is not { } verification)
        {
            return AclTest.Defer("DMARC cannot be checked here");
        }

        var outcome = evaluation.Message.Dmarc;
        if (outcome is null)
        {
            outcome = await verification.DmarcAsync(cancellationToken);
            DmarcAcl.Show(evaluation.Message, outcome);
            if (DmarcAcl.LogLine(evaluation.Message, outcome) is { } line)
            {
                evaluation.Log(PolicyLogTarget.Main, OctetString.FromText(line));
            }
        }

        return AclTest.Of(WordList.Contains(argument, DmarcAcl.StatusOf(outcome).Status));
    }
}
