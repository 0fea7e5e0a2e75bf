using System.Data.Common;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Reads a row of <c>member_views.sql</c>.</summary>
internal static class NodeViewRow
{
    public static NodeView Read(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Epoch = row.GetInt64(1),
        State = (NodeState)row.GetInt16(2),
        Roles = (NodeRoles)row.GetInt32(3),
        Version = row.GetString(4),
        Wire = new FormRange(row.GetInt32(5), row.GetInt32(6)),
        Stored = new FormRange(row.GetInt32(7), row.GetInt32(8)),
        AdminAddress = Text(row, 9),
        ScannerAddress = Text(row, 10),
        Host = row.GetString(11),
        Process = row.GetInt32(12),
        Report = new NodeReport(row.GetInt32(13), new NodeLoad(row.GetInt32(14), row.GetInt32(15), row.GetInt32(16), row.GetInt32(17))),
        Started = row.GetFieldValue<DateTimeOffset>(18),
        Seen = row.GetFieldValue<DateTimeOffset>(19),
        Reason = Text(row, 20),
        EndedBy = Text(row, 21),
        LeaseHeld = row.GetBoolean(22),
        LockHeld = row.GetBoolean(23),
        Unreachable = row.GetBoolean(24),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
