using System.Net;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Acl.Modifiers;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>dcc =</c>: the Distributed Checksum Clearinghouse accepts the message.</summary>
/// <remarks>
/// One question for each message: asked again, the same verdict answers. <c>$acl_m_dcc_override_client_ip</c> stands for the address of the client, and with
/// <c>dcc_direct_add_header</c> what dccifd adds, and <c>$acl_m_dcc_add_header</c>, are part of the header from here on.
/// </remarks>
internal sealed class DccCondition() : AclCondition("dcc")
{
    private const string OverriddenClient = "_dcc_override_client_ip";
    private const string FurtherHeader = "_dcc_add_header";

    public override AclPoints AllowedAt => AclPoints.Content;

    public override AclChecks Checks => AclChecks.Dcc;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (DccArgument.Parse(argument, out var error) is not { } dcc)
        {
            return error is null ? AclTest.False : AclTest.Error(error);
        }

        if (evaluation.Message.Verification is not { } verification)
        {
            return AclTest.Defer("the message cannot be shown to DCC here");
        }

        var options = evaluation.Scope.Environment.Policy.MainOptions;
        var request = new ScanRequest(ScanKind.Dcc, options.DccifdAddress)
        {
            User = options.DccifdOptions,
            ClientAddress = IPAddress.TryParse(Variable(evaluation.Message, OverriddenClient), out var client) ? client.ToString() : null,
        };
        var outcome = await verification.ScanAsync(request, cancellationToken);
        if (outcome is ScanOutcome.Counted { Verdict: var verdict })
        {
            return Judge(evaluation, options.DccDirectAddHeader, verdict, dcc);
        }

        evaluation.Log(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"dcc acl condition: {outcome.Problem}");
        return Undecided(dcc);
    }

    private static AclTest Judge(AclEvaluation evaluation, bool addsHeader, DccVerdict verdict, DccArgument dcc)
    {
        var result = verdict.Overall switch { 'A' or 'S' => 'A', 'R' or 'G' => verdict.Overall, _ => 'T' };
        var isKnown = evaluation.Message.ConditionVariables.ContainsKey("dcc_result");
        evaluation.SetVariable("dcc_result", result.ToString());
        if (verdict.Header.Length > 0)
        {
            evaluation.SetVariable("dcc_header", verdict.Header);
        }

        if (!isKnown && addsHeader)
        {
            AddHeaders(evaluation.Message, verdict.Header);
        }

        switch (result)
        {
            case 'R' when !isKnown:
                evaluation.Log(PolicyLogTarget.Main, $"{ClientText.Prefix(evaluation.Connection)}F=<{evaluation.Message.Sender}>: rejected by DCC");
                break;
            case 'T' when !isKnown:
                evaluation.Log(PolicyLogTarget.Main, $"{(verdict.Overall == 'T' ? "Temporary error with DCC" : "Unknown DCC response")}: {verdict.Reply}");
                break;
        }

        return result switch { 'A' => AclTest.True, 'T' => Undecided(dcc), _ => AclTest.False };
    }

    private static AclTest Undecided(DccArgument dcc) => dcc.DeferOk ? AclTest.False : new AclTest(AclTestOutcome.Defer);

    private static void AddHeaders(MessageScope message, string header)
    {
        foreach (var added in (IEnumerable<AddedHeader>)[.. HeaderAddition.Read(header), .. HeaderAddition.Read(Variable(message, FurtherHeader))])
        {
            message.AddHeaderNow?.Invoke(added);
        }
    }

    private static string Variable(MessageScope message, string name) => message.AclVariables.TryGetValue(name, out var value) ? value.Text : "";
}
