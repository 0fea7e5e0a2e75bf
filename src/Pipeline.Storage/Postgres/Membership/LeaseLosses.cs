using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Finds out who ended a life that finds its lease gone.</summary>
internal static class LeaseLosses
{
    private static readonly MemberSql Loss = new("loss");

    public static async Task<LeaseLoss> AskAsync(PostgresDatabase database, Ownership life, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Loss.On(database.Work, life.Node);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken))
            {
                if (row.GetInt64(0) != life.Epoch)
                {
                    return new LeaseLoss(LeaseLossCause.TakenOver, $"process {row.GetInt32(5)} on {row.GetString(4)} lives by this name now");
                }

                if (!row.IsDBNull(2) && !row.IsDBNull(3))
                {
                    var ordered = row.GetBoolean(1);
                    return new LeaseLoss(
                        ordered ? LeaseLossCause.Ordered : LeaseLossCause.TakenOver, $"ended by {row.GetString(3)}: {row.GetString(2)}");
                }
            }
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e) || e is OperationCanceledException)
        {
            // The lease is gone all the same.
        }

        return new LeaseLoss(LeaseLossCause.TakenOver, "the lease is not held any more");
    }
}
