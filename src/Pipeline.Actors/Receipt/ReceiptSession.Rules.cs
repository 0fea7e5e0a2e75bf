using Pipeline.Mail.Addressing;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Actors.Receipt;

/// <summary>What the policy says of how SMTP is spoken with this client.</summary>
internal sealed partial class ReceiptSession
{
    private const string EnforceSync = "enforce_sync";
    private const string NoEnforceSync = "no_enforce_sync";

    private SessionRules _rules = new();

    public SessionRules Rules => _rules with
    {
        EnforcesSynchronisation = _connection.Controls.Contains(EnforceSync)
            || (_rules.EnforcesSynchronisation && !_connection.Controls.Contains(NoEnforceSync)),
    };

    /// <summary>What depends on who the client is, and does not change while it is connected.</summary>
    private async ValueTask DecideRulesAsync(EvaluationScope scope, CancellationToken cancellationToken) => _rules = new SessionRules
    {
        EnforcesSynchronisation = Options.SmtpEnforceSync,
        RequiresHello = await CapabilityOffer.MatchesAsync(Options.HostsRequireHelo, scope, cancellationToken),
        SenderForms = await PathFormsAsync(Options.SenderUnqualifiedHosts, scope, cancellationToken),
        RecipientForms = await PathFormsAsync(Options.RecipientUnqualifiedHosts, scope, cancellationToken),
        MaxErrors = Options.SmtpMaxSynprotErrors,
        MaxUnknownCommands = Options.SmtpMaxUnknownCommands,
        MaxNonMailCommands = await CapabilityOffer.MatchesAsync(Options.SmtpAcceptMaxNonMailHosts, scope, cancellationToken)
            ? Options.SmtpAcceptMaxNonMail
            : int.MaxValue,
        MaxRecipients = await MaxRecipientsAsync(scope, cancellationToken),
        RefusesMessageOfTooMany = Options.RecipientsMaxReject,
    };

    private async ValueTask<EnvelopeAddressForms> PathFormsAsync(MailList? unqualified, EvaluationScope scope, CancellationToken cancellationToken) =>
        Options.PathForms | (await CapabilityOffer.MatchesAsync(unqualified, scope, cancellationToken) ? EnvelopeAddressForms.Unqualified : EnvelopeAddressForms.None);

    private async ValueTask<int?> MaxRecipientsAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var text = await Options.RecipientsMax.ExpandAsync(scope, cancellationToken);
        if (text.IsSuccess && IntegerText.TryParse(text.Value, out var number, out _))
        {
            return number is > 0 and <= int.MaxValue ? (int)number : null;
        }

        _services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"recipients_max: {(text.IsSuccess ? "not a number" : text.Message)}");
        return null;
    }
}
