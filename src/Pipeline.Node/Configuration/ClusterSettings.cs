using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Configuration;

/// <summary>How this node finds the others, and what it does among them.</summary>
public sealed record ClusterSettings
{
    /// <summary>The shared database, in Npgsql's form: <c>Host=db;Username=mail;Password=…;Database=mail</c>.</summary>
    public string Database { get; init; } = "";

    /// <summary>Some of receiver, scanner, router and deliverer; empty: all of them.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Where others reach the admin port of this node, as <c>host:port</c>; null when they cannot.</summary>
    public string? Advertise { get; init; }

    /// <summary>What the node does; call it on checked settings.</summary>
    internal NodeRoles Does() => Roles.Count == 0 ? NodeRoles.All : Roles.Aggregate(NodeRoles.None, static (all, role) => all | Enum.Parse<NodeRoles>(role, ignoreCase: true));

    internal IEnumerable<string> Errors(string node)
    {
        if (string.IsNullOrWhiteSpace(Database))
        {
            yield return "Cluster:Database: the shared database must be named, such as Host=db;Username=mail;Password=...;Database=mail";
        }

        if (!NodeCard.IsName(node))
        {
            yield return $"Name: \"{node}\" cannot name a node of a cluster: 1 to {NodeCard.LongestName} letters, digits, hyphens, full stops and underscores";
        }

        for (var i = 0; i < Roles.Count; i++)
        {
            if (!Enum.TryParse<NodeRoles>(Roles[i], ignoreCase: true, out var role) || role is NodeRoles.None or NodeRoles.All || !Enum.IsDefined(role) || char.IsAsciiDigit(Roles[i][0]))
            {
                yield return $"Cluster:Roles:{i}: \"{Roles[i]}\" is none of receiver, scanner, router, deliverer";
            }
        }

        if (Advertise is { } address && (address.LastIndexOf(':') is var colon && (colon < 1 || !ushort.TryParse(address.AsSpan(colon + 1), out var port) || port == 0)))
        {
            yield return $"Cluster:Advertise: \"{address}\" is not a host with a port, such as mail1.example.org:8425";
        }
    }
}
