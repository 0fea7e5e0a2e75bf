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
    public string? Make(string bridge, Reaper reaper)
    {
        reaper.Undo($"ip netns del {name}; ip link del {name}");
        return Shell.Run(
            """
            ip netns add $1
            ip link add $1 type veth peer name eth0 netns $1
            ip link set $1 master $2 up
            ip -n $1 addr add $3/24 dev eth0
            ip -n $1 link set eth0 up
            ip -n $1 link set lo up
            """,
            name,
            bridge,
            endpoint.Address.ToString());
    }

    public override void Cut() => Turn("down");

    public override void Mend() => Turn("up");

    private void Turn(string state)
    {
        if (Shell.Run("ip link set $1 $2", name, state) is { } reason)
        {
            throw new InvalidOperationException($"the link {name} cannot be turned {state}: {reason}");
        }
    }
}
