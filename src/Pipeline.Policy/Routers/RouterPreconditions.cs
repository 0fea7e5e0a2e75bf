using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>Whether a router is to run for an address.</summary>
internal readonly record struct PreconditionResult(PreconditionOutcome Outcome, string Reason)
{
    public static PreconditionResult Met => new(PreconditionOutcome.Met, "");

    public static PreconditionResult Skip(string reason) => new(PreconditionOutcome.Skip, reason);

    public static PreconditionResult Defer(string reason) => new(PreconditionOutcome.Defer, reason);
}

internal enum PreconditionOutcome
{
    Met = 0,
    Skip = 1,
    Defer = 2,
}

/// <summary>Tests the preconditions of a router in their fixed order, whatever the order in the file (Exim specification, "Router preconditions").</summary>
internal static class RouterPreconditions
{
    public static async ValueTask<PreconditionResult> TestAsync(
        RouterDefinition router, EvaluationScope scope, RoutingMode mode, RouterServices services, CancellationToken cancellationToken)
    {
        var affixes = TakeAffixes(router, scope.Address!);
        if (affixes.Outcome != PreconditionOutcome.Met)
        {
            return affixes;
        }

        var use = TestMode(router, mode);
        if (use.Outcome != PreconditionOutcome.Met)
        {
            return use;
        }

        var lists = await RouterListPreconditions.TestAsync(router, scope, services, cancellationToken);
        if (lists.Outcome != PreconditionOutcome.Met)
        {
            return lists;
        }

        if (router.DebugPrint is { } debug)
        {
            await debug.ExpandAsync(scope, cancellationToken);
        }

        var files = await RequiredFiles.TestAsync(router, scope, services, cancellationToken);
        if (files.Outcome != PreconditionOutcome.Met)
        {
            return files;
        }

        var conditions = await TestConditionsAsync(router, scope, cancellationToken);
        return conditions.Outcome == PreconditionOutcome.Met ? TestBrightmail(router.Brightmail, scope.Address!.Judged?.Verdict) : conditions;
    }

    private static PreconditionResult TakeAffixes(RouterDefinition router, AddressScope address)
    {
        if (router.Prefixes is { } prefixes)
        {
            var length = prefixes.Match(address.LocalPart);
            if (length < 0 && !router.PrefixOptional)
            {
                return PreconditionResult.Skip("prefix mismatch");
            }

            address.LocalPartPrefix = address.LocalPart[..Math.Max(0, length)];
            address.LocalPart = address.LocalPart[Math.Max(0, length)..];
        }

        if (router.Suffixes is { } suffixes)
        {
            var length = suffixes.Match(address.LocalPart);
            if (length < 0 && !router.SuffixOptional)
            {
                return PreconditionResult.Skip("suffix mismatch");
            }

            address.LocalPartSuffix = address.LocalPart[^Math.Max(0, length)..];
            address.LocalPart = address.LocalPart[..^Math.Max(0, length)];
        }

        return PreconditionResult.Met;
    }

    private static PreconditionResult TestMode(RouterDefinition router, RoutingMode mode) => mode switch
    {
        RoutingMode.VerifySender when !router.VerifySender => PreconditionResult.Skip("verify_sender is not set"),
        RoutingMode.VerifyRecipient when !router.VerifyRecipient => PreconditionResult.Skip("verify_recipient is not set"),
        RoutingMode.Deliver or RoutingMode.AddressTest when router.VerifyOnly => PreconditionResult.Skip("verify_only is set"),
        RoutingMode.Expand when !router.Expn => PreconditionResult.Skip("expn is not set"),
        RoutingMode.AddressTest when !router.AddressTest => PreconditionResult.Skip("address_test is not set"),
        _ => PreconditionResult.Met,
    };

    private static async ValueTask<PreconditionResult> TestConditionsAsync(RouterDefinition router, EvaluationScope scope, CancellationToken cancellationToken)
    {
        foreach (var condition in router.Conditions)
        {
            var value = await condition.ExpandAsync(scope, cancellationToken);
            switch (value.Outcome)
            {
                case ExpansionOutcome.Success when IsTrue(value.Value):
                    continue;
                case ExpansionOutcome.Success:
                    return PreconditionResult.Skip("condition is false");
                case ExpansionOutcome.ForcedFailure:
                    return PreconditionResult.Skip("condition failed by force");
                case ExpansionOutcome.Deferred:
                    return PreconditionResult.Defer($"condition check lookup defer: {value.Message}");
                default:
                    scope.Environment.Log.Write(
                        PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand condition \"{condition.Source}\" for {router.Name} router: {value.Message}");
                    return PreconditionResult.Skip($"condition cannot be expanded: {value.Message}");
            }
        }

        return PreconditionResult.Met;
    }

    /// <summary>The rule of <c>bool_lax</c>: whatever is not a word for no is yes.</summary>
    public static bool IsTrue(string value)
    {
        var text = value.AsSpan().Trim();
        return !(text.IsEmpty || text is "0" || text.Equals("no", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase));
    }

    private static PreconditionResult TestBrightmail(BrightmailPreconditions wanted, BmiVerdict? verdict)
    {
        if (wanted.Rules is { } rules && !rules.Any(rule => verdict?.HasFired(rule) == true))
        {
            return PreconditionResult.Skip("none of bmi_rule fired");
        }

        var deliver = verdict is not { IsDelivered: false };
        var alternate = verdict?.Alternate is not null;
        return wanted switch
        {
            { DontDeliver: true } when deliver => PreconditionResult.Skip("bmi_dont_deliver: the verdict is to deliver"),
            { DeliverAlternate: true } when !deliver || !alternate => PreconditionResult.Skip("bmi_deliver_alternate: there is no alternate location"),
            { DeliverDefault: true } when !deliver || alternate => PreconditionResult.Skip("bmi_deliver_default: the verdict is another"),
            _ => PreconditionResult.Met,
        };
    }
}
