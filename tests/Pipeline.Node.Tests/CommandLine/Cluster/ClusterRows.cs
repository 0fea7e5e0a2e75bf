using Pipeline.Node.Admin.Cluster;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>Rows of nodes as the database has them.</summary>
internal static class ClusterRows
{
    public static NodeDocument With(
        string name = "n1", string state = "up", long epoch = 5, int policy = 7, bool leaseHeld = true, bool unreachable = false, string? address = null) => new()
        {
            Name = name,
            State = state,
            Unreachable = unreachable,
            Roles = ["receiver", "router"],
            Epoch = epoch,
            Version = "0.1.0",
            Wire = "1",
            Stored = "1",
            Policy = policy,
            Active = 3,
            Waiting = 0,
            Connections = 12,
            Scans = 0,
            Address = address,
            Host = "host",
            Process = 42,
            Started = DateTimeOffset.UnixEpoch,
            Seen = DateTimeOffset.UnixEpoch,
            LeaseHeld = leaseHeld,
            LockHeld = leaseHeld && !unreachable,
        };
}
