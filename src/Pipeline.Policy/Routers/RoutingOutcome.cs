using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>What routing made of an address.</summary>
public abstract record RoutingOutcome
{
    private RoutingOutcome()
    {
    }

    /// <summary>To be delivered by a transport.</summary>
    public sealed record Routed : RoutingOutcome
    {
        public required string Router { get; init; }

        /// <summary>Null only when an address was verified by a router without a transport.</summary>
        public required string? Transport { get; init; }

        /// <summary>The address without the affixes that the router took off, in the letter case of the sender.</summary>
        public required EnvelopeAddress Address { get; init; }

        public string LocalPartPrefix { get; init; } = "";

        public string LocalPartSuffix { get; init; } = "";

        /// <summary>The transport does not connect to hosts.</summary>
        public bool IsLocal { get; init; }

        /// <summary>In the order to try; empty for a transport that has its own or needs none.</summary>
        public ImmutableArray<RoutedHost> Hosts { get; init; } = [];

        /// <summary>The host list as text, for a local transport ($host).</summary>
        public string HostText { get; init; } = "";

        /// <summary>A list of hosts to try when all others have failed for now, not resolved; null for the transport's own.</summary>
        public string? FallbackHosts { get; init; }

        public EnvelopeAddress? ErrorsTo { get; init; }

        /// <summary>As in <see cref="RoutingAddress.SrsSender"/>.</summary>
        public EnvelopeAddress? SrsSender { get; init; }

        /// <summary>The sender of the delivery, as long as the transport has no other.</summary>
        public EnvelopeAddress ReturnPath(EnvelopeAddress sender) => ErrorsTo ?? SrsSender ?? sender;

        public ImmutableArray<string> HeadersAdd { get; init; } = [];

        public ImmutableArray<string> HeadersRemove { get; init; } = [];

        /// <summary>address_data, domain_data, local_part_data, home, r_… for expansions in the transport, by the name of their variable.</summary>
        public required ImmutableDictionary<string, ExpandedText> Values { get; init; }

        public string? CurrentDirectory { get; init; }

        public string? User { get; init; }

        public string? Group { get; init; }

        /// <summary>Requests for notifications are not passed on: success is reported here.</summary>
        public bool DsnLastHop { get; init; }

        /// <summary>Retry records are kept for the whole address, not for the domain.</summary>
        public bool RetryUseLocalPart { get; init; }

        /// <summary>The log shows the local part only.</summary>
        public bool LogAsLocal { get; init; }

        public bool DisableLogging { get; init; }

        /// <summary>A copy: the address itself goes on with later routers.</summary>
        public bool Unseen { get; init; }
    }

    /// <summary>To be delivered to a pipe, a file or a directory that redirection named.</summary>
    /// <param name="Target">The command with its bar, the file, or the directory with its final slash.</param>
    /// <param name="Transport">Null when nothing is to be done: <c>/dev/null</c>.</param>
    public sealed record RoutedToTarget(string Router, string Target, string? Transport, RoutingAddress Parent, ImmutableDictionary<string, ExpandedText> Values)
        : RoutingOutcome;

    /// <summary>Replaced by other addresses, and perhaps pipes and files.</summary>
    public sealed record Redirected(string Router, ImmutableArray<RoutingAddress> Children, ImmutableArray<RoutedToTarget> Targets) : RoutingOutcome
    {
        /// <summary>A copy: the address itself goes on with later routers.</summary>
        public bool Unseen { get; init; }
    }

    /// <summary>Thrown away (<c>:blackhole:</c>).</summary>
    public sealed record Discarded(string Router) : RoutingOutcome;

    /// <summary>Cannot be delivered to, and this is final.</summary>
    /// <param name="Router">The router that said so; null when none did.</param>
    public sealed record Failed(string? Router, string Message) : RoutingOutcome;

    /// <summary>Cannot be routed now.</summary>
    /// <param name="NeedsAttention">Waiting will not help: somebody has to look at the configuration or the DNS.</param>
    /// <param name="Freezes">The configuration says that the message is then to be frozen.</param>
    /// <param name="ForClient">The operator wrote the message for whoever sends (<c>:defer:</c>).</param>
    public sealed record Deferred(string? Router, string Message, bool NeedsAttention = false, bool Freezes = false, bool ForClient = false) : RoutingOutcome;

    /// <summary>No router took it.</summary>
    /// <param name="Router">The last router that ran; null when none did.</param>
    public sealed record Unrouteable(string? Router, string Message) : RoutingOutcome;
}

/// <summary>A host to deliver to.</summary>
/// <param name="Addresses">In the order to try; at least one.</param>
/// <param name="Port">Null for the transport's port.</param>
/// <param name="MxPreference">Null when it does not come from an MX record.</param>
public sealed record RoutedHost(string Name, ImmutableArray<IPAddress> Addresses, int? Port = null, int? MxPreference = null)
{
    /// <summary>Nobody can have put another name in its place: it is the domain's or the configuration's own, or DNSSEC vouches for the record that names it.</summary>
    public bool IsNameSecure { get; init; } = true;

    /// <summary>DNSSEC vouches for the addresses.</summary>
    public bool AreAddressesSecure { get; init; }
}
