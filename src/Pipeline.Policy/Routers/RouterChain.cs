using System.Collections.Immutable;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers;

/// <summary>The routers of a configuration in their order. Immutable; safe for concurrent use.</summary>
public sealed class RouterChain
{
    /// <summary>Ancestors that an address may have before it counts as going round in circles.</summary>
    private const int MaxAncestors = 100;

    private readonly ImmutableArray<RouterDefinition> _routers;
    private readonly RouterServices _services;

    private RouterChain(ImmutableArray<RouterDefinition> routers, RouterServices services)
    {
        _routers = routers;
        _services = services;
    }

    /// <summary>No router: every address is unrouteable.</summary>
    public static RouterChain Empty { get; } = new([], new RouterServices { Transports = ImmutableDictionary<string, TransportReference>.Empty });

    /// <summary>Reads the blocks of the routers section. What is wrong is added to <paramref name="problems"/>; a chain with problems must not be used.</summary>
    public static RouterChain Compile(IReadOnlyList<DriverBlock> blocks, RouterServices services, ICollection<ConfigurationProblem> problems)
    {
        var routers = blocks.Select(block => RouterCompiler.Compile(block, problems)).OfType<RouterDefinition>().ToImmutableArray();
        for (var i = 0; i < routers.Length; i++)
        {
            CheckReferences(routers, i, problems);
        }

        return new RouterChain(routers, services);
    }

    /// <summary>Finds the hosts that a list of a transport names.</summary>
    /// <param name="order">Puts those of a group into any order; null to leave them as they are.</param>
    public ValueTask<TransportHosts> FindHostsAsync(EvaluationScope scope, string list, HostLookupOptions lookup, Random? order, CancellationToken cancellationToken) =>
        TransportHosts.FindAsync(scope, _services, list, lookup, order, cancellationToken);

    /// <summary>Takes one address through the routers until one takes it. Children of redirection are in the result, not routed.</summary>
    /// <param name="scope">Its address is not used and not changed; everything else is what the routers see.</param>
    public async ValueTask<RoutingResult> RouteAsync(EvaluationScope scope, RoutingAddress address, RoutingMode mode, CancellationToken cancellationToken)
    {
        var trials = ImmutableArray.CreateBuilder<RouterTrial>();
        var outcomes = ImmutableArray.CreateBuilder<RoutingOutcome>();
        if (CountAncestors(address) > MaxAncestors)
        {
            outcomes.Add(new RoutingOutcome.Deferred(null, $"routing loop for {address}", NeedsAttention: true));
            return new RoutingResult(address, outcomes.ToImmutable(), trials.ToImmutable());
        }

        if (await PercentHack.ApplyAsync(scope, address.ToEnvelopeAddress(), cancellationToken) is not { } meant)
        {
            outcomes.Add(new RoutingOutcome.Deferred(null, "percent_hack_domains check did not complete"));
            return new RoutingResult(address, outcomes.ToImmutable(), trials.ToImmutable());
        }

        if (meant != address.ToEnvelopeAddress())
        {
            outcomes.Add(new RoutingOutcome.Redirected("percent_hack_domains", [address with { LocalPart = meant.LocalPart, Domain = meant.Domain, Parent = address, ParentRouter = null }], []));
            return new RoutingResult(address, outcomes.ToImmutable(), trials.ToImmutable());
        }

        // The last router that was considered words the refusal, whether it was skipped or has declined.
        string? lastTried = null;
        RouterDefinition? last = null;
        EvaluationScope? lastScope = null;
        var position = address.StartRouter is { } start ? Math.Max(0, IndexOf(start)) : 0;
        while (position < _routers.Length)
        {
            var router = _routers[position];
            if (IsLoop(router, address))
            {
                trials.Add(new RouterTrial(router.Name, TrialOutcome.Skipped, "an ancestor of the address was handled by this router", router.Location));
                position++;
                continue;
            }

            var routerScope = RouterScope.Create(scope, address, router);
            var step = await RouterStep.RunAsync(router, routerScope, address, mode, _services, this, cancellationToken);
            trials.Add(new RouterTrial(router.Name, step.Trial, step.Reason, router.Location));
            (last, lastScope) = (router, routerScope);
            lastTried = step.Trial == TrialOutcome.Skipped ? lastTried : router.Name;
            if (step.Outcome is { } outcome)
            {
                outcomes.Add(outcome);
            }

            if (step.Next == NextStep.Stop)
            {
                return new RoutingResult(address, outcomes.ToImmutable(), trials.ToImmutable());
            }

            if (step.Next == NextStep.End)
            {
                break;
            }

            position = step.Next == NextStep.PassRouter && router.PassRouter is { } pass ? Math.Max(position + 1, IndexOf(pass)) : position + 1;
        }

        scope.TraceOf(PolicyTopics.Route)?.Write(PolicyTopics.Route, "no more routers");
        var message = await CannotRouteAsync(last, lastScope, cancellationToken);
        outcomes.Add(new RoutingOutcome.Unrouteable(lastTried, message));
        return new RoutingResult(address, outcomes.ToImmutable(), trials.ToImmutable());
    }

    private static async ValueTask<string> CannotRouteAsync(RouterDefinition? router, EvaluationScope? scope, CancellationToken cancellationToken)
    {
        const string Default = "Unrouteable address";
        if (router?.CannotRouteMessage is not { } message || scope is null)
        {
            return Default;
        }

        var text = await message.ExpandAsync(scope, cancellationToken);
        if (text.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            scope.Environment.Log.Write(
                PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand \"{message.Source}\" (cannot_route_message in {router.Name} router): {text.Message}");
        }

        return text is { IsSuccess: true, Value.Length: > 0 } ? text.Value : Default;
    }

    private static int CountAncestors(RoutingAddress address)
    {
        var count = 0;
        for (var ancestor = address.Parent; ancestor is not null && count <= MaxAncestors; ancestor = ancestor.Parent)
        {
            count++;
        }

        return count;
    }

    // A router does not see an address again that it has already made something of.
    private static bool IsLoop(RouterDefinition router, RoutingAddress address)
    {
        var child = address;
        for (var ancestor = address.Parent; ancestor is not null; child = ancestor, ancestor = ancestor.Parent)
        {
            if (child.ParentRouter == router.Name && (!router.RepeatUse || ancestor.IsSameMailbox(address, router.CasefulLocalPart)))
            {
                return true;
            }
        }

        return false;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _routers.Length; i++)
        {
            if (_routers[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static void CheckReferences(ImmutableArray<RouterDefinition> routers, int index, ICollection<ConfigurationProblem> problems)
    {
        var router = routers[index];
        if (router.RedirectRouter is { } redirect && !routers.Any(other => other.Name == redirect))
        {
            problems.Add(new ConfigurationProblem($"redirect_router \"{redirect}\" not found for \"{router.Name}\" router", router.Location, "redirect_router must name a router"));
        }

        if (router.PassRouter is { } pass && !routers.Skip(index + 1).Any(other => other.Name == pass))
        {
            problems.Add(new ConfigurationProblem($"pass_router \"{pass}\" not found for \"{router.Name}\" router", router.Location, "pass_router must name a later router"));
        }
    }
}
