using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers.Drivers;

namespace Pipeline.Policy.Routers;

internal enum NextStep
{
    /// <summary>The address is dealt with.</summary>
    Stop = 0,
    NextRouter = 1,

    /// <summary>The router named by pass_router, else the next one.</summary>
    PassRouter = 2,

    /// <summary>No later router may be asked.</summary>
    End = 3,
}

/// <summary>One router's turn at an address.</summary>
/// <param name="Outcome">What it made of the address; null when nothing.</param>
internal sealed record StepResult(RoutingOutcome? Outcome, NextStep Next, TrialOutcome Trial, string Reason);

/// <summary>Gives one router its turn: preconditions, driver, and what becomes of the driver's verdict.</summary>
internal static class RouterStep
{
    private const string Unseen = "unseen: the address goes on";

    public static async ValueTask<StepResult> RunAsync(
        RouterDefinition router, EvaluationScope scope, RoutingAddress address, RoutingMode mode, RouterServices services, RouterChain chain, CancellationToken cancellationToken)
    {
        scope.TraceOf(PolicyTopics.Preconditions)?.Write(PolicyTopics.Preconditions, $"--------> {router.Name} router <--------");
        var preconditions = await RouterPreconditions.TestAsync(router, scope, mode, services, cancellationToken);
        switch (preconditions.Outcome)
        {
            case PreconditionOutcome.Skip:
                scope.TraceOf(PolicyTopics.Preconditions)?.Write(PolicyTopics.Preconditions, $"{router.Name} router skipped: {preconditions.Reason}");
                return new StepResult(null, NextStep.NextRouter, TrialOutcome.Skipped, preconditions.Reason);
            case PreconditionOutcome.Defer:
                return Defer(router, preconditions.Reason);
        }

        scope.TraceOf(PolicyTopics.Route)?.Write(PolicyTopics.Route, $"calling {router.Name} router");
        var verdict = await ExpandAddressDataAsync(router, scope, cancellationToken)
            ?? await router.Driver.RouteAsync(new RouteRun(router, address, scope, mode, services), cancellationToken);
        if (verdict is DriverVerdict.Accept or DriverVerdict.Redirect && router.FailsVerify(mode))
        {
            var message = $"{router.Name} router forced verify failure";
            return new StepResult(new RoutingOutcome.Failed(router.Name, message), NextStep.Stop, TrialOutcome.Failed, message);
        }

        if (scope.TraceOf(PolicyTopics.Route) is { } trace && Trace(verdict, router.Name, address) is { } line)
        {
            trace.Write(PolicyTopics.Route, line);
        }

        return verdict switch
        {
            DriverVerdict.Accept accept => await ConcludeAsync(router, scope, await RoutedBuilder.BuildAsync(router, scope, address, mode, services, chain, accept, cancellationToken), TrialOutcome.Accepted, "", cancellationToken),
            DriverVerdict.Redirect redirect => await ConcludeAsync(router, scope, await RoutedBuilder.RedirectAsync(router, scope, address, mode, chain, redirect, cancellationToken), TrialOutcome.Redirected, redirect.Note, cancellationToken),
            DriverVerdict.Decline decline => await DeclineAsync(router, scope, decline.Reason, cancellationToken),
            DriverVerdict.Pass pass => new StepResult(null, NextStep.PassRouter, TrialOutcome.Passed, pass.Reason),
            DriverVerdict.Fail fail => new StepResult(new RoutingOutcome.Failed(router.Name, fail.Message), NextStep.Stop, TrialOutcome.Failed, fail.Message),
            DriverVerdict.Defer defer => Defer(router, defer.Message, defer.NeedsAttention, defer.Freezes, defer.ForClient),
            _ => new StepResult(new RoutingOutcome.Discarded(router.Name), NextStep.Stop, TrialOutcome.Discarded, ":blackhole:"),
        };
    }

    private static string? Trace(DriverVerdict verdict, string router, RoutingAddress address) => verdict switch
    {
        DriverVerdict.Accept or DriverVerdict.Redirect => $"routed by {router} router",
        DriverVerdict.Decline => $"{router} router declined for {address}",
        DriverVerdict.Pass => $"{router} router passed for {address}",
        DriverVerdict.Fail fail => $"{router} router forced address failure: {fail.Message}",
        DriverVerdict.Defer defer => $"{router} router: defer for {address}: {defer.Message}",
        _ => null,
    };

    private static async ValueTask<DriverVerdict?> ExpandAddressDataAsync(RouterDefinition router, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (router.AddressData is { } data)
        {
            var expanded = await data.ExpandAsync(scope, cancellationToken);
            if (!expanded.IsSuccess)
            {
                return expanded.Outcome == ExpansionOutcome.ForcedFailure
                    ? new DriverVerdict.Decline("address_data failed by force")
                    : new DriverVerdict.Defer($"expansion of \"{data.Source}\" failed in {router.Name} router: {expanded.Message}");
            }

            scope.Address!.Values["address_data"] = expanded.Text;
        }

        foreach (var (name, value) in router.Variables)
        {
            var expanded = await value.ExpandAsync(scope, cancellationToken);
            if (expanded.IsSuccess)
            {
                scope.Address!.Values[name] = expanded.Text;
            }
            else if (expanded.Outcome != ExpansionOutcome.ForcedFailure)
            {
                return new DriverVerdict.Defer($"expansion of \"{value.Source}\" failed in {router.Name} router: {expanded.Message}");
            }
        }

        return null;
    }

    private static async ValueTask<StepResult> ConcludeAsync(
        RouterDefinition router, EvaluationScope scope, RoutingOutcome outcome, TrialOutcome trial, string note, CancellationToken cancellationToken)
    {
        if (outcome is RoutingOutcome.Deferred deferred)
        {
            return Defer(router, deferred.Message, deferred.NeedsAttention);
        }

        var (unseen, error) = await router.Unseen.EvaluateAsync(scope, cancellationToken);
        return unseen switch
        {
            null => Defer(router, error),
            false => new StepResult(outcome, NextStep.Stop, trial, note),
            _ => new StepResult(AsCopy(outcome), NextStep.NextRouter, trial, note.Length == 0 ? Unseen : $"{note}; {Unseen}"),
        };
    }

    private static RoutingOutcome AsCopy(RoutingOutcome outcome) => outcome switch
    {
        RoutingOutcome.Routed routed => routed with { Unseen = true },
        RoutingOutcome.Redirected redirected => redirected with { Unseen = true },
        _ => outcome,
    };

    private static async ValueTask<StepResult> DeclineAsync(RouterDefinition router, EvaluationScope scope, string reason, CancellationToken cancellationToken)
    {
        var (more, error) = await router.More.EvaluateAsync(scope, cancellationToken);
        return more switch
        {
            null => Defer(router, error),
            true => new StepResult(null, NextStep.NextRouter, TrialOutcome.Declined, reason),
            _ => new StepResult(null, NextStep.End, TrialOutcome.Declined, $"{reason}; no_more"),
        };
    }

    private static StepResult Defer(RouterDefinition router, string message, bool needsAttention = false, bool freezes = false, bool forClient = false) =>
        new(new RoutingOutcome.Deferred(router.Name, message, needsAttention, freezes, forClient), NextStep.Stop, TrialOutcome.Deferred, message);
}
