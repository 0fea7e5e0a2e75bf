using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>The main options of the policy under which a message began.</summary>
public sealed class PolicyWaitingRules(IPolicySource policies) : IWaitingRules
{
    public async ValueTask<WaitingRulesOfPolicy> OfAsync(MessageFacts message, ImmutableArray<RecipientState> waiting, CancellationToken cancellationToken)
    {
        var active = await policies.GetAsync(message.Policy, cancellationToken);
        var options = active.Policy.MainOptions;
        return new WaitingRulesOfPolicy
        {
            AutoThaw = options.AutoThaw,
            TimeoutFrozenAfter = options.TimeoutFrozenAfter,
            IgnoreBounceErrorsAfter = options.IgnoreBounceErrorsAfter,
            DelayWarning = options.DelayWarning,
            MayWarn = options.DelayWarning.Count > 0 && await MayWarnAsync(active, message, waiting, cancellationToken),
        };
    }

    /// <summary>As Exim's documentation has it: no warning for an empty text, "0", "no" and "false".</summary>
    private static async ValueTask<bool> MayWarnAsync(ActivePolicy active, MessageFacts message, ImmutableArray<RecipientState> waiting, CancellationToken cancellationToken)
    {
        var condition = active.Policy.MainOptions.DelayWarningCondition;
        var scope = RoutingScope.Create(active, message);

        // $domain is that of all who wait, where it is the same.
        ImmutableArray<string> domains = [.. waiting.Select(static recipient => OctetString.FromText(recipient.Address.Domain.ToLowerInvariant())).Distinct()];
        scope.Address = domains.Length == 1 ? new AddressScope { LocalPart = "", Domain = domains[0] } : null;
        var expanded = await condition.ExpandAsync(scope, cancellationToken);
        if (expanded.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            active.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand delay_warning_condition \"{condition.Source}\": {expanded.Message}");
            return true;
        }

        return expanded.IsSuccess && expanded.Value is not ("" or "0") && !expanded.Value.Equals("no", StringComparison.OrdinalIgnoreCase) && !expanded.Value.Equals("false", StringComparison.OrdinalIgnoreCase);
    }
}
