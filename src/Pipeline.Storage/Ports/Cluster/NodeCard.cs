using System.Buffers;

namespace Pipeline.Storage.Ports.Cluster;

/// <summary>What a node says of itself when it joins.</summary>
public sealed record NodeCard
{
    /// <summary>Longer names would be cut off in the names of the node's database sessions.</summary>
    public const int LongestName = 48;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

    /// <summary>Unique in the cluster: 1 to 48 letters, digits, <c>-</c>, <c>.</c> and <c>_</c>.</summary>
    public required string Name { get; init; }

    public NodeRoles Roles { get; init; } = NodeRoles.All;

    /// <summary>The program's version, for people.</summary>
    public required string Version { get; init; }

    /// <summary>The forms of what nodes say to each other: written and read.</summary>
    public required FormRange Wire { get; init; }

    /// <summary>The forms of what is stored: written and read.</summary>
    public required FormRange Stored { get; init; }

    /// <summary>Where others reach the node's administration; null when they cannot.</summary>
    public string? AdminAddress { get; init; }

    /// <summary>Where others ask this node to scan; null when it does not.</summary>
    public string? ScannerAddress { get; init; }

    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(NameCharacters);
}

/// <summary>What a node does in the cluster. The numbers are stored.</summary>
[Flags]
public enum NodeRoles
{
    None = 0,
    Receiver = 1,
    Scanner = 2,
    Router = 4,
    Deliverer = 8,
    All = Receiver | Scanner | Router | Deliverer,
}
