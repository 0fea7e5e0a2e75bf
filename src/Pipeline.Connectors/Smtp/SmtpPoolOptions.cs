using System.Collections.Immutable;

namespace Pipeline.Connectors.Smtp;

/// <summary>How many connections are kept to where, and for how long.</summary>
public sealed record SmtpPoolOptions
{
    /// <summary>Connections in all, busy and idle. A delivery that would need one more waits.</summary>
    public int MaximumConnections { get; init; } = 1000;

    /// <summary>Connections to one place with the same settings. A delivery that would need one more waits for one of them.</summary>
    public int MaximumPerDestination { get; init; } = 20;

    /// <summary>An unused connection is kept this long. Zero: connections are not kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Everything that is wrong with these options, in words for an operator; empty if nothing is.</summary>
    public ImmutableArray<string> Problems()
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        if (MaximumConnections < 1)
        {
            problems.Add("MaximumConnections must be positive");
        }

        if (MaximumPerDestination < 1)
        {
            problems.Add("MaximumPerDestination must be positive");
        }

        if (IdleTimeout < TimeSpan.Zero)
        {
            problems.Add("IdleTimeout must not be negative");
        }

        return problems.ToImmutable();
    }
}
