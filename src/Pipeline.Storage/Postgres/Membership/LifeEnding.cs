using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Faults;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Ends a life in one transaction: the fence falls, its messages are released, and the cluster is told. However many try, one does it.</summary>
internal sealed class LifeEnding(PostgresDatabase database, MembershipOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Releasing the messages of a busy node takes longer than a usual statement.</summary>
    public const int CommandSeconds = 30;

    private static readonly MemberSql EndSessions = new("end_sessions");
    private static readonly MemberSql EndLease = new("end_lease");
    private static readonly MemberSql EndNode = new("end_node");

    /// <returns>Null when that life has no lease any more, or (when so ordered) is not without its lock.</returns>
    /// <exception cref="NpgsqlException">The database is out of reach, or a transaction of that life does not end. Nothing was changed.</exception>
    public async Task<EndedLife?> EndAsync(EndingOrder order, CancellationToken cancellationToken)
    {
        var (node, epoch) = order.Life;
        await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (order.OnlyWithoutLock
            && await ScalarAsync(transaction, "SELECT pg_try_advisory_xact_lock($1)", MemberKeys.Life(node), cancellationToken) is not true)
        {
            return null;
        }

        Crash.At(CrashPoint.TakeoverBegun);
        if (order.EndSessionsBefore is { } before)
        {
            await RunAsync(EndSessions.On(connection, transaction, PostgresDatabase.SessionName(node), before), cancellationToken);
        }

        Crash.At(CrashPoint.TakeoverSessionsEnded);

        // Waits for the commits of that life that are on their way, and keeps out those that come.
        await ScalarAsync(transaction, "SELECT pg_advisory_xact_lock($1)", LeaseKey.Of(node), cancellationToken);
        Crash.At(CrashPoint.TakeoverLeaseLocked);
        if (await RunAsync(EndLease.On(connection, transaction, node, epoch), cancellationToken) == 0)
        {
            return null;
        }

        Crash.At(CrashPoint.TakeoverLeaseEnded);
        var messages = await options.Work.ReleaseAsync(transaction, node, epoch, time.GetUtcNow(), cancellationToken);
        Crash.At(CrashPoint.TakeoverWorkReleased);
        await RunAsync(
            EndNode.On(connection, transaction, node, epoch, (short)order.State, order.Ordered, order.Reason, order.By), cancellationToken);
        await TellAsync(transaction, order, messages, cancellationToken);
        Crash.At(CrashPoint.TakeoverNoted);
        await transaction.CommitAsync(cancellationToken);
        Crash.At(CrashPoint.TakeoverCommitted);
        MembershipLog.LifeEnded(logger, node, epoch, order.By, order.Reason, messages);
        return new EndedLife(node, epoch, messages);
    }

    private static async Task TellAsync(NpgsqlTransaction transaction, EndingOrder order, int messages, CancellationToken cancellationToken)
    {
        var kind = order.State == NodeState.Left ? ClusterEventKind.Left : ClusterEventKind.Down;
        await ClusterEvents.WriteAsync(transaction, kind, order.Life, order.By, order.Reason, 0, cancellationToken);
        if (messages > 0 || kind == ClusterEventKind.Down)
        {
            await ClusterEvents.WriteAsync(
                transaction, ClusterEventKind.TakenOver, order.Life, order.By, $"{messages} messages released", messages, cancellationToken);
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlTransaction transaction, string sql, long key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction) { Parameters = { new NpgsqlParameter { Value = key } } };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<int> RunAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
