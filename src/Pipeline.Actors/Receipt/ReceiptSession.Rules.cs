using System.Globalization;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
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
    private CommandDelay _mailDelay = new(null);
    private CommandDelay _recipientDelay = new(null);

    public SessionRules Rules => _rules with
    {
        EnforcesSynchronisation = _connection.Controls.Contains(EnforceSync)
            || (_rules.EnforcesSynchronisation && !_connection.Controls.Contains(NoEnforceSync)),
    };

    /// <summary>What depends on who the client is, and does not change while it is connected.</summary>
    private async ValueTask DecideRulesAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (await CapabilityOffer.MatchesAsync(Options.SmtpRatelimitHosts, scope, cancellationToken))
        {
            (_mailDelay, _recipientDelay) = (new CommandDelay(Options.SmtpRatelimitMail), new CommandDelay(Options.SmtpRatelimitRcpt));
        }

        _rules = await RulesAsync(scope, cancellationToken);
    }

    /// <summary>Has the client wait for a command that is one of too many.</summary>
    private Task WaitAsync(CommandDelay delays, CancellationToken cancellationToken) =>
        _active.Policy.Acls.Services.DelayAsync(delays.Next(), _services.Time, cancellationToken);

    /// <summary>Whether this client is one too many while room is kept for the hosts of <c>smtp_reserve_hosts</c>; its refusal then.</summary>
    private async ValueTask<ReceiptDecision?> ReserveAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var (connected, most) = (_services.Connections() - 1, _services.MaxConnections);
        var isCrowded = Options.SmtpAcceptReserve > 0 && connected >= most - Options.SmtpAcceptReserve;
        var load = Options.SmtpLoadReserve is { } limit && _services.LoadAverage() is { } average && average > limit ? average : (long?)null;
        if (IsLocal || !(isCrowded || load is not null) || await CapabilityOffer.MatchesAsync(Options.SmtpReserveHosts, scope, cancellationToken))
        {
            return null;
        }

        var (why, told) = isCrowded
            ? ($"not in reserve list: connected={connected} max={most} reserve={Options.SmtpAcceptReserve}", "Too many concurrent SMTP connections")
            : (string.Create(CultureInfo.InvariantCulture, $"not in reserve list and load average = {load / 1000.0:0.00}"), "Too much load");
        Log("connection_reject", $"temporarily refused connection from {Peer}: {why}");
        _notQuit = null;
        return new ReceiptDecision(new SmtpReply(421, new EnhancedStatusCode(4, 3, 2), $"{HostName}: {told}; please try again later"), Close: true);
    }

    private async ValueTask<SessionRules> RulesAsync(EvaluationScope scope, CancellationToken cancellationToken) => new()
    {
        EnforcesSynchronisation = Options.SmtpEnforceSync,
        TakesEarlyCommands = !IsLocal && await CapabilityOffer.MatchesAsync(Options.PipeConnectAdvertiseHosts, scope, cancellationToken),
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
