using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>A transport whose driver is known and read, and which cannot deliver yet: what is routed to it waits.</summary>
public sealed class UnavailableTransportDefinition : TransportDefinition
{
    internal UnavailableTransportDefinition(DriverOptions options, bool isLocal)
        : base(options) => IsLocal = isLocal;

    public override bool IsLocal { get; }

    public override ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken) => new(
        new TransportExpansion.Deferred($"the transport driver \"{Driver}\" of {Name} transport is not available in this version ({Location})"));
}
