using System.Globalization;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>spam =</c>: the score that SpamAssassin or rspamd gives the message has reached its threshold.</summary>
/// <remarks>One scan for each message, user and list of servers: asked again, the same verdict answers.</remarks>
internal sealed class SpamCondition() : AclCondition("spam")
{
    private const int LongestBar = 50;

    public override AclPoints AllowedAt => AclPoints.Content;

    public override AclChecks Checks => AclChecks.Spam;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (SpamArgument.Parse(argument, out var error) is not { } spam)
        {
            return error is null ? AclTest.False : AclTest.Error(error);
        }

        if (evaluation.Message.Verification is not { } verification)
        {
            return AclTest.Defer("the message cannot be scanned here");
        }

        var servers = await SpamdAddress.ForAsync(evaluation.Scope, cancellationToken);
        var outcome = servers.IsSuccess
            ? await verification.ScanAsync(new ScanRequest(ScanKind.Spam, servers.Value) { User = spam.User }, cancellationToken)
            : new ScanOutcome.Failed($"failed to expand spamd_address: {servers.Message}");
        if (outcome is ScanOutcome.Scanned { Verdict: var verdict })
        {
            Show(evaluation, verdict);
            return AclTest.Of(spam.AlwaysTrue || verdict.IsSpam);
        }

        return spam.DeferOk ? AclTest.Failed(null, null) : AclTest.Defer($"spam acl condition: {outcome.Problem}");
    }

    /// <summary>The user whose scan a value, as written, asks for; null when that depends on the message, or when it asks for none.</summary>
    public static string? UserOf(ExpandableString value) => value.Constant is { } constant ? SpamArgument.Parse(constant, out _)?.User : null;

    private static void Show(AclEvaluation evaluation, SpamVerdict verdict)
    {
        var whole = (int)Math.Clamp(decimal.Truncate(verdict.Score), -LongestBar, LongestBar);
        evaluation.SetVariable("spam_score", decimal.Round(verdict.Score, 1, MidpointRounding.AwayFromZero).ToString("0.0", CultureInfo.InvariantCulture));
        evaluation.SetVariable("spam_score_int", decimal.Truncate(verdict.Score * 10).ToString("0", CultureInfo.InvariantCulture));
        evaluation.SetVariable("spam_bar", whole == 0 ? "/" : new string(whole > 0 ? '+' : '-', Math.Abs(whole)));
        evaluation.SetVariable("spam_action", verdict.Action);

        // Indented behind its first line, so that it can be the value of a header field.
        evaluation.SetVariable("spam_report", verdict.Report.Replace("\n", "\n ", StringComparison.Ordinal));
    }
}
