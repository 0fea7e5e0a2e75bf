using Npgsql;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Makes the queue rows of a life that has ended claimable, in one statement.</summary>
internal sealed class QueueTakeOver : ITakeOverWork
{
    private static readonly MemberSql Release = new("release_work");

    public async Task<int> ReleaseAsync(NpgsqlTransaction transaction, string node, long epoch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Release.On(transaction.Connection!, transaction, node, epoch, StoredTime.Of(now));
        command.CommandTimeout = LifeEnding.CommandSeconds;
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
