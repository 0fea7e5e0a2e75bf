using System.Net;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Lists;

/// <summary>The host that a host list is asked about.</summary>
public sealed class HostSubject
{
    private HostSubject(IPAddress? address, string? name, bool isClient, bool isBareAddress = false)
    {
        IsBareAddress = isBareAddress;
        Address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        Name = name;
        IsClient = isClient;
    }

    /// <summary>Null when there is no remote host (local submission).</summary>
    public IPAddress? Address { get; }

    /// <summary>Its name when known; for the client it is looked up when an item needs it.</summary>
    public string? Name { get; }

    /// <summary>It is the client of the connection, whose name the connection remembers.</summary>
    public bool IsClient { get; }

    /// <summary>There is nothing but the address (<c>match_ip</c>): lookups take it as their key, and no name is looked for.</summary>
    public bool IsBareAddress { get; }

    internal string AddressText => IpText.Format(Address);

    /// <summary>The client of the connection.</summary>
    public static HostSubject Client(EvaluationScope scope) => new(scope.Connection.ClientAddress, scope.Connection.ClientName, isClient: true);

    /// <summary>Some other host, such as one we deliver to.</summary>
    public static HostSubject Remote(IPAddress? address, string? name) => new(address, name, isClient: false);

    internal static HostSubject FromText(EvaluationScope scope, string text)
    {
        if (text.Length == 0)
        {
            return new HostSubject(null, null, isClient: false);
        }

        if (!AddressConditions.TryParse(text, out var address))
        {
            return new HostSubject(null, text, isClient: false);
        }

        return new HostSubject(address, null, address.Equals(scope.Connection.ClientAddress), isBareAddress: true);
    }
}
