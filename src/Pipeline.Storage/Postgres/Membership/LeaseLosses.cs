using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Finds out who ended a life that finds its lease gone.</summary>
internal static class LeaseLosses
{
    private const int Attempts = 5;

    private static readonly MemberSql Loss = new("loss");

    public static async Task<LeaseLoss> AskAsync(PostgresDatabase database, Ownership life, CancellationToken cancellationToken)
    {
        // Whoever ended the life ended its sessions too: those in the pool are dead. It matters to hear the answer, since an order is obeyed.
        database.Work.Clear();
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                return await ReadAsync(database, life, cancellationToken);
            }
            catch (Exception e) when (PostgresFailure.IsTransient(e) && attempt < Attempts)
            {
                // The next connection may do.
            }
            catch (Exception e) when (PostgresFailure.IsTransient(e) || e is OperationCanceledException)
            {
                break;
            }
        }

        return new LeaseLoss(LeaseLossCause.TakenOver, "the lease is not held any more");
    }

    private static async Task<LeaseLoss> ReadAsync(PostgresDatabase database, Ownership life, CancellationToken cancellationToken)
    {
        await using var command = Loss.On(database.Work, life.Node);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return new LeaseLoss(LeaseLossCause.TakenOver, "the cluster has forgotten this node");
        }

        if (row.GetInt64(0) != life.Epoch)
        {
            return new LeaseLoss(LeaseLossCause.TakenOver, $"process {row.GetInt32(5)} on {row.GetString(4)} lives by this name now");
        }

        var reason = row.IsDBNull(2) || row.IsDBNull(3) ? "the lease is not held any more" : $"ended by {row.GetString(3)}: {row.GetString(2)}";
        return new LeaseLoss(row.GetBoolean(1) ? LeaseLossCause.Ordered : LeaseLossCause.TakenOver, reason);
    }
}
