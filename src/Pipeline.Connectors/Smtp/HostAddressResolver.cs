using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Smtp;

/// <summary>Finds the addresses of hosts that are known by name alone: those of a host list, where no router has looked.</summary>
/// <param name="useIPv6">Whether AAAA records are of any use here.</param>
public sealed class HostAddressResolver(IDnsResolver resolver, bool useIPv6)
{
    /// <summary>Addresses of one name that are taken.</summary>
    private const int MaxAddresses = 50;

    /// <summary>With IPv6 if an interface other than loopback has a global address.</summary>
    public static HostAddressResolver ForThisMachine(IDnsResolver resolver) => new(resolver, HasGlobalIPv6());

    /// <summary>A and AAAA at once; IPv6 first, as both belong to one host (RFC 6724).</summary>
    /// <returns>A host with at least one address; or a failure: temporary when DNS did not answer, permanent when there is no such host.</returns>
    public async ValueTask<HostResolution> ResolveAsync(string name, int port, int? mxPreference, CancellationToken cancellationToken)
    {
        if (TryParseLiteral(name, out var literal))
        {
            return HostResolution.Found(new DestinationHost(name, [literal], port, mxPreference));
        }

        var four = resolver.QueryAsync(name, DnsRecordType.A, cancellationToken).AsTask();
        var six = useIPv6 ? resolver.QueryAsync(name, DnsRecordType.Aaaa, cancellationToken).AsTask() : Task.FromResult(DnsAnswer.NoData);
        await Task.WhenAll(four, six);
        var (fourAnswer, sixAnswer) = (await four, await six);
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        Add(addresses, sixAnswer);
        Add(addresses, fourAnswer);
        if (addresses.Count > 0)
        {
            return HostResolution.Found(new DestinationHost(name, addresses.ToImmutable(), port, mxPreference));
        }

        var unanswered = fourAnswer.IsTemporaryFailure ? fourAnswer : sixAnswer.IsTemporaryFailure ? sixAnswer : null;
        return new HostResolution(null, new DeliveryFailure
        {
            Class = unanswered is null ? FailureClass.Permanent : FailureClass.Lookup,
            Reason = unanswered is null ? $"no IP address found for host {name}" : $"host lookup for {name} did not complete",
            Internal = unanswered?.Reason,
            Host = name,
            Port = port,
            HostWide = true,
        });
    }

    private static bool TryParseLiteral(string name, out IPAddress address)
    {
        var text = name.AsSpan();
        if (text is ['[', .. var inside, ']'])
        {
            text = inside;
        }

        // The platform also takes "10.1" and "0x7f.1" for addresses; a name is what is not plainly one.
        return IPAddress.TryParse(text, out address!) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count('.') == 3);
    }

    private static void Add(ImmutableArray<IPAddress>.Builder addresses, DnsAnswer answer)
    {
        foreach (var record in answer.Records)
        {
            if (record is AddressRecord { Address: var address } && addresses.Count < MaxAddresses && !addresses.Contains(address))
            {
                addresses.Add(address);
            }
        }
    }

    private static bool HasGlobalIPv6()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Any(entry => entry.Address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv6LinkLocal: false } address && !IPAddress.IsLoopback(address));
        }
        catch (NetworkInformationException)
        {
            return false;
        }
    }
}

/// <param name="Host">Null if there is none to connect to.</param>
/// <param name="Failure">Not null then: <see cref="FailureClass.Lookup"/> is worth another try, <see cref="FailureClass.Permanent"/> is not.</param>
public readonly record struct HostResolution(DestinationHost? Host, DeliveryFailure? Failure)
{
    public static HostResolution Found(DestinationHost host) => new(host, null);
}
