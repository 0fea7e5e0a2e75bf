using Pipeline.Actors.Delivery;
using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Ports;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;

namespace Pipeline.Actors.Routing;

/// <summary>Routes recipients by the router chain of the policy under which their message began.</summary>
public sealed class PolicyRecipientRouter(IPolicySource policies) : IRecipientRouter
{
    public async ValueTask<RoutingDecision> RouteAsync(RecipientToRoute recipient, CancellationToken cancellationToken)
    {
        var active = await policies.GetAsync(recipient.Message.Policy, cancellationToken);
        var scope = RoutingScope.Create(active, recipient.Message);
        var inherited = InheritedRouting.Read(recipient.Recipient.Inherited);
        if (inherited.Unrouteable is { } unrouteable)
        {
            return new RoutingDecision.Fail([], unrouteable);
        }

        if (await Postponement.BeforeRoutingAsync(policies.Current, active, scope, recipient, cancellationToken) is { } postponed)
        {
            return postponed;
        }

        var address = InheritedRouting.ToRoutingAddress(recipient.Recipient, recipient.Ancestors.AsSpan());
        if (inherited.Target is not null)
        {
            return await DeliveryPlanner.PlanTargetAsync(active, scope, recipient, address, inherited, cancellationToken);
        }

        var result = await active.Policy.Routers.RouteAsync(scope, address, RoutingMode.Deliver, cancellationToken);
        ImmutableArray<RouterTried> trials = [.. StandIn(recipient, active), .. result.Trials.Select(trial => Tried(recipient.Recipient.Index, trial))];
        var decision = inherited.OnlyRouter is not null || result.Outcomes.Length == 1
            ? await Postponement.AfterRoutingAsync(
                active, scope, recipient, await DecideAsync(active, scope, recipient, address, trials, result.Outcomes[0], cancellationToken), cancellationToken)
            : new RoutingDecision.Redirect(trials, RouterOf(result.Outcomes[0]), [.. result.Outcomes.SelectMany(outcome => Copies(recipient, outcome, isOwn: ReferenceEquals(outcome, result.Final)))]);
        return decision with { Notes = [.. scope.Message.Notes] };
    }

    private static async ValueTask<RoutingDecision> DecideAsync(
        ActivePolicy active,
        EvaluationScope scope,
        RecipientToRoute recipient,
        RoutingAddress address,
        ImmutableArray<RouterTried> trials,
        RoutingOutcome outcome,
        CancellationToken cancellationToken) => outcome switch
        {
            RoutingOutcome.Routed routed => await DeliveryPlanner.PlanAsync(active, scope, recipient, address, trials, routed, cancellationToken),
            RoutingOutcome.Redirected redirected => new RoutingDecision.Redirect(trials, redirected.Router, [.. Children(redirected)]),
            RoutingOutcome.Discarded discarded => new RoutingDecision.Redirect(trials, discarded.Router, []),
            RoutingOutcome.Failed failed => new RoutingDecision.Fail(trials, failed.Message),
            RoutingOutcome.Unrouteable unrouteable => new RoutingDecision.Fail(trials, unrouteable.Message),
            RoutingOutcome.Deferred deferred => new RoutingDecision.Defer(trials, deferred.Message, deferred.Freezes),
            _ => throw new InvalidOperationException($"unknown routing outcome {outcome.GetType().Name}"),
        };

    /// <summary>A router with <c>unseen</c> makes one recipient into several; each is routed again for itself, so that it can be retried for itself.</summary>
    private static IEnumerable<ChildToRoute> Copies(RecipientToRoute recipient, RoutingOutcome outcome, bool isOwn)
    {
        var inherited = InheritedRouting.Read(recipient.Recipient.Inherited);
        return outcome switch
        {
            RoutingOutcome.Redirected redirected => Children(redirected),
            RoutingOutcome.Discarded => [],
            RoutingOutcome.Unrouteable or RoutingOutcome.Failed =>
                [Again(inherited with { Unrouteable = outcome is RoutingOutcome.Failed failed ? failed.Message : ((RoutingOutcome.Unrouteable)outcome).Message })],
            _ => [Again(inherited with { OnlyRouter = RouterOf(outcome), Copy = isOwn ? inherited.Copy : RouterOf(outcome) })],
        };

        ChildToRoute Again(InheritedRouting how) => new(recipient.Recipient.Address, InheritedRouting.Write(how));
    }

    private static IEnumerable<ChildToRoute> Children(RoutingOutcome.Redirected redirected) =>
    [
        .. redirected.Children.Select(child => new ChildToRoute(child.ToEnvelopeAddress(), InheritedRouting.Of(child))),
        .. redirected.Targets.Select(target => new ChildToRoute(
            new Mail.Addressing.EnvelopeAddress(target.Target, ""),
            InheritedRouting.Write(new InheritedRouting
            {
                ParentRouter = target.Router, Target = target.Target, TargetTransport = target.Transport,
            }.WithValues(target.Values)))),
    ];

    /// <summary>What the journal says when the message cannot end under the policy it began with.</summary>
    private static IEnumerable<RouterTried> StandIn(RecipientToRoute recipient, ActivePolicy active) => active.StandsInBecause is { } reason
        ? [new RouterTried(recipient.Recipient.Index, "(policy)", "replaced", $"{reason}; routed by policy {active.Policy.Number}", null)]
        : [];

    private static string RouterOf(RoutingOutcome outcome) => outcome switch
    {
        RoutingOutcome.Routed routed => routed.Router,
        RoutingOutcome.Redirected redirected => redirected.Router,
        RoutingOutcome.Discarded discarded => discarded.Router,
        RoutingOutcome.RoutedToTarget target => target.Router,
        RoutingOutcome.Deferred deferred => deferred.Router ?? "",
        _ => "",
    };

    private static RouterTried Tried(int recipient, RouterTrial trial) => new(
        recipient, trial.Router, trial.Outcome.ToString().ToLowerInvariant(), trial.Reason, new PolicySource(trial.Location.File, trial.Location.Line));
}
