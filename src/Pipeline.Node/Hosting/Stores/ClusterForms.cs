using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Hosting.Stores;

/// <summary>The forms of what nodes say to each other and of what they store that this version understands. Raised with every change that an older version could not read.</summary>
internal static class ClusterForms
{
    public static FormRange Wire { get; } = new(1, 1);

    public static FormRange Stored { get; } = new(1, 1);
}
