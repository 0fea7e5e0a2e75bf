using System.Globalization;
using System.Net;
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

    /// <returns>No network when this machine does not allow it; the reason says so.</returns>
    public static async Task<(NamespaceNetwork? Network, string? Reason)> TryCreateAsync(Reaper reaper, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "only root may make network namespaces");
        }

        var reason = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var network = new NamespaceNetwork(reaper, (byte)Random.Shared.Next(18, 20), (byte)Random.Shared.Next(256));
            if (await network.ClaimAsync(cancellationToken) is { } taken)
            {
                reason = taken;
                continue;
            }

            var problem = await network.OpenAsync(cancellationToken);
            return problem is null ? (network, null) : (null, problem);
        }

        return (null, reason);
    }

    public override async Task<Link> ConnectAsync(int number, int databasePort, CancellationToken cancellationToken)
    {
        var endpoint = new IPEndPoint(AddressOf(FirstNode + number), NamespaceLink.Port);
        var link = new NamespaceLink(string.Create(CultureInfo.InvariantCulture, $"{Bridge}n{number}"), endpoint, new IPEndPoint(Host, databasePort));
        return await link.MakeAsync(Bridge, _reaper, cancellationToken) is { } problem
            ? throw new InvalidOperationException($"no link for node {number}: {problem}")
            : link;
    }

    public override string ToString() => $"a network namespace for each node at bridge {Bridge}";

    private IPAddress AddressOf(int host) => new([.. _network, (byte)host]);

    /// <returns>Null, or why the addresses cannot be had.</returns>
    private Task<string?> ClaimAsync(CancellationToken cancellationToken) =>
        Shell.RunAsync(
            """
            used=$(ip -4 -o addr show to $2)
            [ -z "$used" ] || { echo "in use: $used" >&2; exit 1; }
            ip link add name $1 type bridge
            """,
            [Bridge, Entrance.From.ToString()],
            cancellationToken);

    /// <summary>Gives the bridge its address, and looks whether a program in a namespace reaches it: a firewall may not let it.</summary>
    /// <returns>Null, or why not.</returns>
    private async Task<string?> OpenAsync(CancellationToken cancellationToken)
    {
        _reaper.Undo($"ip link del {Bridge}");
        if (await Shell.RunAsync("ip addr add $2/24 dev $1; ip link set $1 up", [Bridge, Host.ToString()], cancellationToken) is { } problem)
        {
            return problem;
        }

        using var listener = new TcpListener(Host, 0);
        listener.Start();
        var here = (IPEndPoint)listener.LocalEndpoint;
        var probe = new NamespaceLink(Bridge + "p", new IPEndPoint(AddressOf(FirstNode), NamespaceLink.Port), here);
        return await probe.MakeAsync(Bridge, _reaper, cancellationToken) ?? await Shell.RunAsync(
            "address=$1; port=$2; shift 2; timeout 10 \"$@\" bash -c \": </dev/tcp/$address/$port\"",
            [here.Address.ToString(), here.Port.ToString(CultureInfo.InvariantCulture), .. probe.Enter],
            cancellationToken);
    }
}
