using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Ports;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Actors.Routing;

/// <summary>What the main options put off of a delivery: <c>hold_domains</c>, <c>queue_domains</c>, <c>queue_smtp_domains</c> (Exim specification, chapter "Main configuration").</summary>
internal static class Postponement
{
    /// <param name="current">The policy in force: <c>hold_domains</c> is an operator's switch, which counts for messages that began under another policy too.</param>
    /// <param name="active">The policy of the message.</param>
    /// <returns>Null when routing goes on.</returns>
    public static async ValueTask<RoutingDecision?> BeforeRoutingAsync(
        ActivePolicy current, ActivePolicy active, EvaluationScope scope, RecipientToRoute recipient, CancellationToken cancellationToken)
    {
        if (recipient.Recipient.Address.Domain.Length == 0)
        {
            return null; // a file or program that a redirection named
        }

        if (recipient.Pass != DeliveryPass.Forced && current.Policy.MainOptions.HoldDomains is { } held)
        {
            var match = await MatchAsync(held, RoutingScope.Create(current, recipient.Message), recipient, cancellationToken);
            if (match.IsDeferred)
            {
                return new RoutingDecision.Defer([], $"hold_domains check lookup or other defer: {match.Message}");
            }

            if (match.IsMatch)
            {
                return new RoutingDecision.Postpone([], RecipientPostponed.Held);
            }
        }

        if (recipient.Pass != DeliveryPass.First || active.Policy.MainOptions.QueueDomains is not { } queued)
        {
            return null;
        }

        var answer = await MatchAsync(queued, scope, recipient, cancellationToken);
        return answer.IsDeferred ? new RoutingDecision.Defer([], $"queue_domains check lookup or other defer: {answer.Message}")
            : answer.IsMatch ? new RoutingDecision.Postpone([], RecipientPostponed.InQueueDomains)
            : null;
    }

    /// <summary>Remote deliveries of a first pass may have to wait, though their routes are known.</summary>
    public static async ValueTask<RoutingDecision> AfterRoutingAsync(
        ActivePolicy active, EvaluationScope scope, RecipientToRoute recipient, RoutingDecision decision, CancellationToken cancellationToken)
    {
        if (recipient.Pass != DeliveryPass.First || decision is not RoutingDecision.Deliver { Transport: SmtpTransportSettings } deliver)
        {
            return decision;
        }

        if (recipient.Message.Properties.GetValueOrDefault(MessageProperties.Postpone) != MessageProperties.PostponeRemote)
        {
            if (active.Policy.MainOptions.QueueSmtpDomains is not { } domains)
            {
                return decision;
            }

            var match = await MatchAsync(domains, scope, recipient, cancellationToken);
            if (match.IsDeferred)
            {
                return new RoutingDecision.Defer(decision.Trials, $"queue_smtp_domains check lookup or other defer: {match.Message}");
            }

            if (!match.IsMatch)
            {
                return decision;
            }
        }

        return new RoutingDecision.Postpone(decision.Trials, RecipientPostponed.RoutedOnly, deliver.Router, deliver.Transport.Name);
    }

    private static ValueTask<ListMatchResult> MatchAsync(MailList list, EvaluationScope scope, RecipientToRoute recipient, CancellationToken cancellationToken) =>
        list.MatchAsync(scope, OctetString.FromText(recipient.Recipient.Address.Domain.ToLowerInvariant()), cancellationToken);
}
