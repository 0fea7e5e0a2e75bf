using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A bridge with an address of its own, to which every node is linked from a network namespace of its own.</summary>
/// <remarks>
/// Of 198.18.0.0/15, which RFC 2544 sets aside for tests of networks, each run takes a /24 and names its bridge by it: making the bridge claims the addresses,
/// since no second one of the name can be made.
/// </remarks>
internal sealed class NamespaceNetwork : ClusterNetwork
{
    private const int Attempts = 20;
    private const int FirstNode = 10;

    private readonly Reaper _reaper;
    private readonly byte[] _network;

    private NamespaceNetwork(Reaper reaper, byte second, byte third) => (_reaper, _network) = (reaper, [198, second, third]);

    public override IPAddress Host => AddressOf(1);

    public override PostgresEntrance Entrance => new(Host, new IPNetwork(AddressOf(0), 24));

    private string Bridge => string.Create(CultureInfo.InvariantCulture, $"mp{_network[1]}x{_network[2]}");

    /// <returns>Null when this machine does not allow it; the reason says so.</returns>
    public static NamespaceNetwork? TryCreate(Reaper reaper, out string? reason)
    {
        reason = Environment.IsPrivilegedProcess ? "no addresses are free" : "only root may make network namespaces";
        for (var attempt = 0; attempt < Attempts && Environment.IsPrivilegedProcess; attempt++)
        {
            var network = new NamespaceNetwork(reaper, (byte)Random.Shared.Next(18, 20), (byte)Random.Shared.Next(256));
            if (network.IsInUse())
            {
                continue;
            }

            reason = Shell.Run("ip link add name $1 type bridge", network.Bridge);
            if (reason is null)
            {
                reaper.Undo($"ip link del {network.Bridge}");
                reason = Shell.Run("ip addr add $2/24 dev $1; ip link set $1 up", network.Bridge, network.Host.ToString()) ?? network.Probe();
                return reason is null ? network : null;
            }
        }

        return null;
    }

    public override Link Connect(int number, int databasePort)
    {
        var link = new NamespaceLink(
            string.Create(CultureInfo.InvariantCulture, $"{Bridge}n{number}"), new IPEndPoint(AddressOf(FirstNode + number), NamespaceLink.Port), new IPEndPoint(Host, databasePort));
        return link.Make(Bridge, _reaper) is { } reason ? throw new InvalidOperationException($"no link for node {number}: {reason}") : link;
    }

    private IPAddress AddressOf(int host) => new([.. _network, (byte)host]);

    private bool IsInUse() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static one => one.GetIPProperties().UnicastAddresses)
            .Any(used => used.Address.AddressFamily == AddressFamily.InterNetwork && Entrance.From.Contains(used.Address));

    /// <summary>Whether a program in a namespace reaches this side: a firewall may not let it.</summary>
    /// <returns>Null, or why not.</returns>
    private string? Probe()
    {
        using var listener = new TcpListener(Host, 0);
        listener.Start();
        var probe = new NamespaceLink(Bridge + "p", new IPEndPoint(AddressOf(FirstNode), NamespaceLink.Port), (IPEndPoint)listener.LocalEndpoint);
        return probe.Make(Bridge, _reaper) ?? Shell.Run(
            string.Join(' ', ["timeout 5", .. probe.Enter, "bash -c", $"'</dev/tcp/{probe.Database.Address}/{probe.Database.Port}'"]));
    }
}
