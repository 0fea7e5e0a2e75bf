using System.Collections.Immutable;
using System.Net;

namespace Pipeline.Connectors.Dns;

/// <summary>How the stub resolver asks and remembers.</summary>
public sealed record DnsOptions
{
    /// <summary>Recursive resolvers, in order of preference. Empty: those of <c>/etc/resolv.conf</c>.</summary>
    public ImmutableArray<IPEndPoint> Servers { get; init; } = [];

    /// <summary>Resolvers off this machine whose AD bit is believed, since the path to them is protected. Loopback always is.</summary>
    public ImmutableArray<IPAddress> TrustedServers { get; init; } = [];

    /// <summary>What abbreviated names may be completed with, in order. Empty: as <c>/etc/resolv.conf</c> says, where its servers are used.</summary>
    public ImmutableArray<string> SearchDomains { get; init; } = [];

    /// <summary>How long one UDP attempt waits.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long connecting, asking and reading over TCP may take in all.</summary>
    public TimeSpan TcpTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts for one question, over all servers.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>UDP sockets, and so source ports, in use at a time for each server.</summary>
    public int SocketsPerServer { get; init; } = 4;

    /// <summary>A socket is replaced after this many questions, so that a source port cannot be studied for long (RFC 5452).</summary>
    public int SocketMaxQueries { get; init; } = 1000;

    /// <summary>A socket is replaced after this time.</summary>
    public TimeSpan SocketMaxAge { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Questions being asked at a time; one more is answered with a temporary failure.</summary>
    public int MaximumInFlight { get; init; } = 10_000;

    /// <summary>Answers kept; 0 for no cache.</summary>
    public int CacheSize { get; init; } = 50_000;

    public TimeSpan MinimumTimeToLive { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaximumTimeToLive { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a failure is remembered (RFC 9520 section 3.2: at least a second, at most five minutes).</summary>
    public TimeSpan FailureTimeToLive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long after its end a host or mail exchanger answer may stand in for a failing resolver (RFC 8767); zero for never.</summary>
    public TimeSpan MaximumStale { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long such an answer is given out before the resolver is asked again.</summary>
    public TimeSpan StaleTimeToLive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Everything that is wrong with these options, in words for an operator; empty if nothing is.</summary>
    public ImmutableArray<string> Problems()
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        Check(Timeout > TimeSpan.Zero, "Timeout must be positive");
        Check(TcpTimeout > TimeSpan.Zero, "TcpTimeout must be positive");
        Check(Attempts is > 0 and <= 20, "Attempts must be from 1 to 20");
        Check(SocketsPerServer is > 0 and <= 256, "SocketsPerServer must be from 1 to 256");
        Check(SocketMaxQueries is > 0 and <= 20_000, "SocketMaxQueries must be from 1 to 20000");
        Check(SocketMaxAge > TimeSpan.Zero, "SocketMaxAge must be positive");
        Check(MaximumInFlight > 0, "MaximumInFlight must be positive");
        Check(CacheSize >= 0, "CacheSize must not be negative");
        Check(MinimumTimeToLive >= TimeSpan.Zero, "MinimumTimeToLive must not be negative");
        Check(MaximumTimeToLive >= MinimumTimeToLive, "MaximumTimeToLive must not be below MinimumTimeToLive");
        Check(FailureTimeToLive >= TimeSpan.Zero, "FailureTimeToLive must not be negative");
        Check(MaximumStale >= TimeSpan.Zero, "MaximumStale must not be negative");
        Check(StaleTimeToLive > TimeSpan.Zero, "StaleTimeToLive must be positive");
        return problems.ToImmutable();

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
