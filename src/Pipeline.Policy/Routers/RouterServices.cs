using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers;

/// <summary>What routers need to know of the machine and of the rest of the configuration.</summary>
public sealed record RouterServices
{
    /// <summary>The transports of the configuration, by name.</summary>
    public required IReadOnlyDictionary<string, TransportReference> Transports { get; init; }

    /// <summary>Whether an address is one of this host's.</summary>
    public Func<IPAddress, bool> IsLocalAddress { get; init; } = IPAddress.IsLoopback;

    /// <summary>Main option extra_local_interfaces.</summary>
    public IReadOnlySet<IPAddress> ExtraLocalAddresses { get; init; } = ImmutableHashSet<IPAddress>.Empty;

    /// <summary>The accounts of this machine.</summary>
    public ILocalUsers LocalUsers { get; init; } = NoLocalUsers.Instance;

    /// <summary>Main option qualify_recipient: the domain of addresses without one; null for the primary host name.</summary>
    public string? QualifyRecipient { get; init; }

    /// <summary>Main option disable_ipv6.</summary>
    public bool DisableIpv6 { get; init; }

    /// <summary>Finds the addresses of a host without the DNS (<c>byname</c>, <c>gethostbyname</c>).</summary>
    public Func<string, CancellationToken, ValueTask<DnsAnswer>> FindByNameAsync { get; init; } = SystemHosts.FindAsync;

    /// <summary>Puts hosts of the same preference into any order.</summary>
    public Random Random { get; init; } = Random.Shared;
}

/// <param name="IsLocal">It does not connect to hosts: appendfile, pipe, queuefile and the like.</param>
public sealed record TransportReference(string Name, bool IsLocal);
