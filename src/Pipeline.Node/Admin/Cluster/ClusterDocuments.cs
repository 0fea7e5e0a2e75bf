using System.Text.Json;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Admin.Cluster;

/// <summary>Makes documents of what the database has.</summary>
internal static class ClusterDocuments
{
    private static readonly NodeRoles[] SingleRoles = [NodeRoles.Receiver, NodeRoles.Scanner, NodeRoles.Router, NodeRoles.Deliverer];

    /// <summary>The name of a state, a kind or a role in documents: as in the code, with a small first letter.</summary>
    public static string Name(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static NodeDocument Of(NodeView node) => new()
    {
        Name = node.Name,
        State = Name(node.State),
        Unreachable = node.Unreachable,
        Roles = [.. SingleRoles.Where(role => node.Roles.HasFlag(role)).Select(role => Name(role))],
        Epoch = node.Epoch,
        Version = node.Version,
        Wire = node.Wire.ToString(),
        Stored = node.Stored.ToString(),
        Policy = node.Report.Policy,
        Active = node.Report.Load.Active,
        Waiting = node.Report.Load.Waiting,
        Connections = node.Report.Load.Connections,
        Scans = node.Report.Load.Scans,
        Address = node.AdminAddress,
        ScannerAddress = node.ScannerAddress,
        Host = node.Host,
        Process = node.Process,
        Started = node.Started,
        Seen = node.Seen,
        LeaseHeld = node.LeaseHeld,
        LockHeld = node.LockHeld,
        Reason = node.Reason,
        EndedBy = node.EndedBy,
    };

    public static EventDocument Of(ClusterEvent e) => new(e.Number, e.At, Name(e.Kind), e.Node, e.Epoch, e.By, e.Detail, e.Messages);

    public static RoleDocument Of(RoleHolder role) => new(role.Role, role.Node, role.Epoch, role.Since, role.Held);

    public static LagDocument Of(ClusterBacklog backlog, IEnumerable<NodeView> nodes) => new(
        backlog.At,
        [Stage(backlog, QueueStage.ToRoute, "route"), Stage(backlog, QueueStage.ToDeliver, "deliver")],
        [.. nodes.Select(node => new NodeLag(
            node.Name,
            Name(node.State),
            backlog.Parts.Where(part => part.Owner == node.Name).Sum(part => part.Messages),
            Math.Max(0, (backlog.At - node.Seen).TotalSeconds)))],
        new StoreSizes(backlog.QueueBytes, backlog.ContentBytes, backlog.JournalBytes, backlog.JournalPartitions));

    private static StageLag Stage(ClusterBacklog backlog, QueueStage stage, string name)
    {
        var free = backlog.Parts.FirstOrDefault(part => part.Stage == stage && part.Owner.Length == 0);
        return new StageLag(
            name,
            free?.Messages ?? 0,
            free?.Overdue ?? 0,
            free?.OldestDue is { } due ? Math.Max(0, (backlog.At - due).TotalSeconds) : null,
            backlog.Parts.Where(part => part.Stage == stage && part.Owner.Length > 0).Sum(part => part.Messages));
    }
}
