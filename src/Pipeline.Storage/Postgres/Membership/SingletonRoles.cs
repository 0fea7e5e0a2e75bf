using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Roles by locks of the living session.</summary>
internal sealed class SingletonRoles(
    PostgresDatabase database,
    Lease lease,
    LeaseKeeper keeper,
    MembershipOptions options,
    TimeProvider time,
    ILogger logger,
    CancellationToken lifeEnded) : ISingletonRoles
{
    private static readonly MemberSql TakeRole = new("take_role");

    // False while it is only waited for.
    private readonly ConcurrentDictionary<string, bool> _roles = new(StringComparer.Ordinal);

    public bool Holds(string role) => _roles.GetValueOrDefault(role) && lease.MayFinish;

    public async Task RunAsync(string role, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (!NodeCard.IsName(role))
        {
            throw new ArgumentException($"\"{role}\" is not the name of a role", nameof(role));
        }

        if (!_roles.TryAdd(role, false))
        {
            throw new InvalidOperationException($"this node waits for the role {role} already");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifeEnded);
        try
        {
            while (!stop.IsCancellationRequested && !await TryRunAsync(role, work, stop.Token))
            {
                await Task.Delay(options.RoleEvery, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            _roles.TryRemove(role, out _);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <returns>Whether the work has returned by itself.</returns>
    private async Task<bool> TryRunAsync(string role, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        var (session, key) = (keeper.Session, MemberKeys.Role(role));
        if (!lease.MayClaim || !await TryLockAsync(session, key))
        {
            return false;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(stop, session.Ended);
        try
        {
            if (!await RecordAsync(role, key, held.Token))
            {
                return false;
            }

            MembershipLog.RoleGained(logger, lease.Owner.Node, role);
            _roles[role] = true;
            await work(held.Token);
            return !held.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            _roles[role] = false;
            await UnlockAsync(session, key);
            MembershipLog.RoleGone(logger, lease.Owner.Node, role);
        }
    }

    private static async Task<bool> TryLockAsync(LivingSession session, long key)
    {
        try
        {
            return await session.TryLockAsync(key);
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            return false;
        }
    }

    private static async Task UnlockAsync(LivingSession session, long key)
    {
        try
        {
            await session.UnlockAsync(key);
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            // The lock went with the session.
        }
    }

    /// <summary>Shows who has the role, before any of its work is done.</summary>
    private async Task<bool> RecordAsync(string role, long key, CancellationToken cancellationToken)
    {
        try
        {
            var (node, epoch) = lease.Owner;
            await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await TakeAsync(transaction, role, key, cancellationToken) is not { } earlier)
            {
                return false;
            }

            if (earlier != node)
            {
                var detail = earlier.Length == 0 ? role : $"{role}, from {earlier}";
                await ClusterEvents.WriteAsync(transaction, ClusterEventKind.RoleMoved, lease.Owner, node, detail, 0, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            return false;
        }
    }

    private async Task<string?> TakeAsync(NpgsqlTransaction transaction, string role, long key, CancellationToken cancellationToken)
    {
        await using var command = TakeRole.On(transaction.Connection!, transaction, role, key, lease.Owner.Node, lease.Owner.Epoch);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
