using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dsn;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Reporting;

/// <summary>What the operator has the notifications about one message say: <c>dsn_from</c>, <c>errors_reply_to</c>, <c>bounce_message_text</c>, <c>bounce_sender_authentication</c>, expanded.</summary>
internal sealed class NotificationWords
{
    private readonly ActivePolicy _active;
    private readonly EvaluationScope _scope;

    private NotificationWords(ActivePolicy active, MessageFacts message) => (_active, _scope) = (active, RoutingScope.Create(active, message));

    /// <summary>Null for the usual one.</summary>
    public string? From { get; private set; }

    public string? ReplyTo { get; private set; }

    public string? ExtraText { get; private set; }

    /// <summary>AUTH= of MAIL over authenticated connections; null for none.</summary>
    public string? AuthenticatedSender { get; private set; }

    public static async ValueTask<NotificationWords> OfAsync(ActivePolicy active, MessageFacts message, CancellationToken cancellationToken)
    {
        var options = active.Policy.MainOptions;
        var words = new NotificationWords(active, message);
        words.From = await words.TextAsync("dsn_from", options.DsnFrom, cancellationToken);
        words.ReplyTo = await words.TextAsync("errors_reply_to", options.ErrorsReplyTo, cancellationToken);
        words.ExtraText = await words.TextAsync("bounce_message_text", options.BounceMessageText, cancellationToken);
        words.AuthenticatedSender = await words.TextAsync("bounce_sender_authentication", options.BounceSenderAuthentication, cancellationToken);
        return words;
    }

    /// <summary>The texts of <c>bounce_message_file</c> for one recipient of a bounce; null for the usual ones.</summary>
    public async ValueTask<NotificationTexts?> BounceTextsAsync(EnvelopeAddress to, CancellationToken cancellationToken)
    {
        _scope.Message.ConditionVariables["bounce_recipient"] = OctetString.FromText(to.ToString());
        return await TextsAsync("bounce", _active.Policy.MainOptions.BounceMessageFile, cancellationToken);
    }

    /// <summary>The texts of <c>warn_message_file</c>; null for the usual ones.</summary>
    public async ValueTask<NotificationTexts?> WarningTextsAsync(EnvelopeAddress to, TimeSpan delay, CancellationToken cancellationToken)
    {
        _scope.Message.ConditionVariables["warn_message_recipients"] = OctetString.FromText(to.ToString());
        _scope.Message.ConditionVariables["warn_message_delay"] = NotificationComposer.Interval(delay);
        return await TextsAsync("warn", _active.Policy.MainOptions.WarnMessageFile, cancellationToken);
    }

    private async ValueTask<NotificationTexts?> TextsAsync(string kind, ExpandableString? option, CancellationToken cancellationToken)
    {
        if (option is null)
        {
            return null;
        }

        var file = await option.ExpandAsync(_scope, cancellationToken);
        if (file.IsSuccess && _scope.Environment.Tainting.Refuses(_scope, file.Taint, option.Source, $"Tainted '{file.Value}' (name of a file of {kind} message texts) not permitted"))
        {
            return null;
        }

        return await TextAsync($"{kind}_message_file", option, cancellationToken) is { } path ? await NotificationFile.ReadAsync(path, kind, _scope, cancellationToken) : null;
    }

    /// <summary>Who gets copies of a bounce: <c>errors_copy</c>.</summary>
    /// <param name="to">The recipient of the bounce.</param>
    public async ValueTask<ImmutableArray<EnvelopeAddress>> CopiesAsync(EnvelopeAddress to, CancellationToken cancellationToken)
    {
        var copies = _active.Policy.MainOptions.ErrorsCopy;
        var recipient = new AddressScope { LocalPart = OctetString.FromText(to.LocalPart), Domain = OctetString.FromText(to.Domain.ToLowerInvariant()) };
        if (copies.IsEmpty || await copies.FindAsync(_scope, recipient, cancellationToken) is not { } found || found.Outcome == ExpansionOutcome.ForcedFailure)
        {
            return [];
        }

        if (!found.IsSuccess)
        {
            _active.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand errors_copy: {found.Message}");
            return [];
        }

        return [.. AddressListParser.Parse(Encoding.UTF8.GetBytes(OctetString.ToText(found.Value))).Addresses.Select(static listed => listed.ToEnvelopeAddress())];
    }

    /// <summary>An option as text; null when it is not set, is empty, or cannot be expanded, which is logged.</summary>
    public async ValueTask<string?> TextAsync(string name, ExpandableString? option, CancellationToken cancellationToken)
    {
        if (option is null)
        {
            return null;
        }

        var expanded = await option.ExpandAsync(_scope, cancellationToken);
        if (expanded.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            _active.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"Failed to expand {name}: {expanded.Message}");
        }

        return expanded is { IsSuccess: true, Value.Length: > 0 } ? OctetString.ToText(expanded.Value) : null;
    }
}
