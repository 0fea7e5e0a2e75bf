using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>What makes a router of one kind differ from the others.</summary>
internal abstract class RouterDriver
{
    /// <summary>Whether the router hands addresses to a transport, so that it needs one.</summary>
    public virtual bool NeedsTransport => true;

    /// <summary>Whether the log shows the local part only, unless the router says otherwise.</summary>
    public virtual bool LogsAsLocal => false;

    public abstract ValueTask<DriverVerdict> RouteAsync(RouteRun run, CancellationToken cancellationToken);
}

/// <summary>One router at work on one address.</summary>
/// <param name="Scope">Knows the address with its affixes taken off.</param>
internal sealed record RouteRun(RouterDefinition Router, RoutingAddress Address, EvaluationScope Scope, RoutingMode Mode, RouterServices Services)
{
    public string LocalPart => Scope.Address!.LocalPart;

    /// <summary>Lower case.</summary>
    public string Domain => Scope.Address!.Domain;

    /// <summary>How this router looks hosts up.</summary>
    public HostSearch Search => new(Scope, Services, Router.IgnoreTargetHosts, Router.HostLookup);
}
