using System.Collections.Immutable;
using System.Net;

namespace Pipeline.Connectors.Ports;

/// <summary>A host to try.</summary>
/// <param name="Name">Its domain name, used for TLS checks and reports; the textual address when it has no name.</param>
/// <param name="Addresses">In the order to try; at least one.</param>
/// <param name="MxPreference">Preference of the MX record it came from, or null when it came from a host list or an address record.</param>
public sealed record DestinationHost(string Name, ImmutableArray<IPAddress> Addresses, int Port, int? MxPreference = null)
{
    /// <summary>Nobody can have put another name in its place: it is the domain's or the configuration's own, or DNSSEC vouches for the record that names it.</summary>
    public bool IsNameSecure { get; init; } = true;

    /// <summary>DNSSEC vouches for the addresses.</summary>
    public bool AreAddressesSecure { get; init; }
}
