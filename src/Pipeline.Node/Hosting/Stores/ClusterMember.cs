using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Hosting.Stores;

/// <summary>A node's place in its cluster: the way to the others, and its own life among them.</summary>
internal sealed record ClusterMember(ICluster Cluster, INodeLife Life, NodeRoles Roles);
