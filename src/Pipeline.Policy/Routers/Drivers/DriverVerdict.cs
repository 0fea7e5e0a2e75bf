using System.Collections.Immutable;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>What a driver says about an address.</summary>
internal abstract record DriverVerdict
{
    private DriverVerdict()
    {
    }

    /// <param name="Transport">One that the driver was given with the hosts; null for the router's own.</param>
    internal sealed record Accept(ImmutableArray<RoutedHost> Hosts, string HostText = "", string? Transport = null) : DriverVerdict
    {
        public static Accept WithoutHosts { get; } = new([]);
    }

    /// <param name="Note">What else there is to say: which of the children were rewritten.</param>
    internal sealed record Redirect(ImmutableArray<RoutingAddress> Children, ImmutableArray<TargetItem> Targets, string Note = "") : DriverVerdict;

    /// <summary>Not for this router.</summary>
    internal sealed record Decline(string Reason) : DriverVerdict;

    /// <summary>Not for this router, and the next one is asked whatever <c>more</c> says.</summary>
    internal sealed record Pass(string Reason) : DriverVerdict;

    internal sealed record Fail(string Message) : DriverVerdict;

    internal sealed record Defer(string Message, bool NeedsAttention = false, bool Freezes = false) : DriverVerdict;

    internal sealed record Discard : DriverVerdict;
}

/// <param name="Target">A command with its bar, a file, or a directory with its final slash.</param>
/// <param name="Transport">Null for <c>/dev/null</c>.</param>
internal sealed record TargetItem(string Target, string? Transport);
