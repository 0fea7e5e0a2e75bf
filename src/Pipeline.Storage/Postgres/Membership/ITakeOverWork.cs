using Npgsql;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Releases what a life that has ended had in its hands.</summary>
internal interface ITakeOverWork
{
    /// <summary>Runs inside the transaction that ends the lease, after every writer of that life has been excluded. Repeating it changes nothing.</summary>
    /// <returns>How many messages were released.</returns>
    Task<int> ReleaseAsync(NpgsqlTransaction transaction, string node, long epoch, DateTimeOffset now, CancellationToken cancellationToken);
}
