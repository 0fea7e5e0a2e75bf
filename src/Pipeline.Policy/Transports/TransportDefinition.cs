using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>A transport of the configuration, its options read but not expanded. Immutable.</summary>
public abstract class TransportDefinition
{
    private protected TransportDefinition(DriverOptions options)
    {
        Name = options.Name;
        Driver = options.Driver;
        Location = options.Block.Location;
        Generic = new GenericTransportOptions(options);
    }

    public string Name { get; }

    /// <summary><c>smtp</c>, <c>appendfile</c> and so on.</summary>
    public string Driver { get; }

    public SourceLocation Location { get; }

    /// <summary>It does not connect to hosts.</summary>
    public abstract bool IsLocal { get; }

    internal GenericTransportOptions Generic { get; }

    /// <summary>Expands every option for one delivery.</summary>
    /// <param name="scope">Knows the message and the address; <see cref="TransportScope"/> makes one from what routing found.</param>
    public abstract ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken);

    /// <summary>Reads the blocks of the transports section. What is wrong is added to <paramref name="problems"/>.</summary>
    public static ImmutableDictionary<string, TransportDefinition> Compile(IReadOnlyList<DriverBlock> blocks, ICollection<ConfigurationProblem> problems)
    {
        var transports = ImmutableDictionary.CreateBuilder<string, TransportDefinition>(StringComparer.Ordinal);
        foreach (var block in blocks)
        {
            if (TransportDriverRegistry.Create(DriverOptions.OfTransport(block, problems), problems) is { } transport)
            {
                transports[transport.Name] = transport;
                if (!transport.IsLocal && transport.Generic.Shadow is not null)
                {
                    problems.Add(new ConfigurationProblem($"shadow transport not allowed on non-local transport {transport.Name}", transport.Location));
                }
            }
        }

        return transports.ToImmutable();
    }
}
