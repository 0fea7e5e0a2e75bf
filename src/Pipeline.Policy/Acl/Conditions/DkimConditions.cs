using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary>
/// <c>dkim_status =</c>: in the DKIM ACL the status of the current signer is one of the words; in the DATA ACL that of any signature.
/// </summary>
internal sealed class DkimStatusCondition() : AclCondition("dkim_status")
{
    public override AclPoints AllowedAt => AclPoints.Dkim | AclPoints.Data | AclPoints.DataPrdr;

    public override AclChecks Checks => AclChecks.Dkim;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (evaluation.Message.ConditionVariables.TryGetValue("dkim_verify_status", out var status) && status.Length > 0)
        {
            // Of the current signer, or behind the DKIM ACL the list of all; both are what ACLs have left.
            return AclTest.Of(ListSyntax.Split(status).Any(one => WordList.Contains(argument, one)));
        }

        if (evaluation.Message.Verification is not { } verification)
        {
            return AclTest.Defer("DKIM cannot be checked here");
        }

        var results = await verification.DkimAsync(cancellationToken);
        if (evaluation.Point == AclPoint.Dkim)
        {
            var signer = evaluation.Message.ConditionVariables.GetValueOrDefault("dkim_cur_signer", "");
            results = [.. results.Where(result => DkimAcl.IsBy(result, signer))];
        }

        return AclTest.Of(results.Count == 0
            ? WordList.Contains(argument, "none")
            : results.Any(result => WordList.Contains(argument, DkimAcl.StatusOf(evaluation.Message, result).Status)));
    }
}

/// <summary><c>dkim_signers =</c>: the current signer, or in the DATA ACL any signer, is in the list.</summary>
internal sealed class DkimSignersCondition() : AclCondition("dkim_signers")
{
    public override AclPoints AllowedAt => AclPoints.Dkim | AclPoints.Data | AclPoints.DataPrdr;

    public override bool ExpandsValue => false;

    public override ListKind? MatchesList => ListKind.Domain;

    public override AclChecks Checks => AclChecks.Dkim;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        foreach (var signer in await SignersAsync(evaluation, cancellationToken))
        {
            var result = await item.List!.MatchAsync(evaluation.Scope, signer, cancellationToken);
            if (result.IsDeferred)
            {
                return AclTest.Defer(result.Message);
            }

            if (result.IsMatch)
            {
                return AclTest.True;
            }
        }

        return AclTest.False;
    }

    private static async ValueTask<IEnumerable<string>> SignersAsync(AclEvaluation evaluation, CancellationToken cancellationToken)
    {
        if (evaluation.Message.ConditionVariables.GetValueOrDefault("dkim_cur_signer", "") is { Length: > 0 } signer)
        {
            return [signer];
        }

        return evaluation.Message.Verification is { } verification && evaluation.Point != AclPoint.Dkim
            ? (await verification.DkimAsync(cancellationToken)).Select(result => result.Domain).Where(domain => domain.Length > 0)
            : [];
    }
}
