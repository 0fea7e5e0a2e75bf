using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Scanning;

namespace Pipeline.Actors.Receipt;

/// <summary>BMI: before a message is accepted, a server says what is to become of it for each recipient, when an ACL has said <c>control = bmi_run</c>.</summary>
internal sealed partial class ReceiptTransaction
{
    private const string RunBrightmail = "bmi_run";

    /// <returns>The verdicts in the form of <see cref="BmiVerdicts"/>; null without one. A message that nobody can judge is accepted without, as in Exim.</returns>
    private async ValueTask<string?> AskForVerdictsAsync(CancellationToken cancellationToken)
    {
        if (!_scope.Message.Controls.Contains(RunBrightmail))
        {
            return null;
        }

        var (servers, problem) = await BmiConfigFile.ReadServersAsync(_active.Policy.MainOptions.BmiConfigFile, cancellationToken);
        var outcome = servers is null
            ? new ScanOutcome.Failed($"could not initialize Brightmail system: {problem}")
            : await _checks.ScanAsync(new ScanRequest(ScanKind.Bmi, servers), cancellationToken);
        if (outcome is ScanOutcome.Judged judged)
        {
            return BmiVerdicts.Write(judged.Verdicts);
        }

        _services.Log.Write(PolicyLogTarget.Panic, $"{_id} bmi error: {outcome.Problem}");
        return null;
    }
}
