using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
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
