using System.Net;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A node's network namespace, with a pair of virtual interfaces to the bridge. The cut takes the bridge's end down, as if the cable were pulled out.</summary>
/// <param name="name">Of the namespace, and of the interface at the bridge's end (at most 15 octets).</param>
internal sealed class NamespaceLink(string name, IPEndPoint endpoint, IPEndPoint database) : Link
{
    /// <summary>Alone in its namespace, a node can have any.</summary>
    public const int Port = 2525;

    public override IPEndPoint Endpoint => endpoint;

    public override IPEndPoint Database => database;

    public override IReadOnlyList<string> Enter => ["ip", "netns", "exec", name];

    /// <returns>Null, or why it cannot be made.</returns>
    public async Task<string?> MakeAsync(string bridge, Reaper reaper, CancellationToken cancellationToken)
    {
        reaper.Undo($"ip netns del {name}; ip link del {name}");
        return await Shell.RunAsync(
            """
            ip netns add $1
            ip link add $1 type veth peer name eth0 netns $1
            ip link set $1 master $2 up
            ip -n $1 addr add $3/24 dev eth0
            ip -n $1 link set eth0 up
            ip -n $1 link set lo up
            """,
            [name, bridge, endpoint.Address.ToString()],
            cancellationToken);
    }

    public override Task CutAsync(CancellationToken cancellationToken) => TurnAsync("down", cancellationToken);

    public override Task MendAsync(CancellationToken cancellationToken) => TurnAsync("up", cancellationToken);

    private async Task TurnAsync(string state, CancellationToken cancellationToken)
    {
        if (await Shell.RunAsync("ip link set $1 $2", [name, state], cancellationToken) is { } reason)
        {
            throw new InvalidOperationException($"the link {name} cannot be turned {state}: {reason}");
        }
    }
}
