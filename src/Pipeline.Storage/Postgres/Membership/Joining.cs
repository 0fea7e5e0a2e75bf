using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Faults;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Takes a name and a new epoch. The order matters: the lock first, so that whoever has it knows that no other life of the name goes on.</summary>
internal sealed class Joining(PostgresDatabase database, LifeEnding ending, MembershipOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(250);

    private static readonly MemberSql NameHolder = new("name_holder");
    private static readonly MemberSql HeldLife = new("held_life");
    private static readonly MemberSql Incompatible = new("incompatible");
    private static readonly MemberSql Forget = new("forget");
    private static readonly MemberSql TakeLease = new("take_lease");
    private static readonly MemberSql EarlierState = new("earlier_state");
    private static readonly MemberSql Register = new("register");

    /// <param name="processBegan">By the lease clock: database sessions older than this are of an earlier process of the name.</param>
    public async Task<(LivingSession Session, Lease Lease)> JoinAsync(NodeCard card, TimeSpan processBegan, CancellationToken cancellationToken)
    {
        var session = await LivingSession.OpenAsync(database, options.PingBound, time, cancellationToken);
        try
        {
            var provenAt = await TakeNameAsync(session, card.Name, cancellationToken);
            Crash.At(CrashPoint.TakeoverJoinNamed);
            await EndEarlierLifeAsync(card.Name, processBegan, cancellationToken);
            var epoch = await RegisterAsync(card, cancellationToken);
            MembershipLog.Joined(logger, card.Name, epoch);
            return (session, new Lease(new Ownership(card.Name, epoch), options, provenAt));
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <returns>When the lock was asked for, by the lease clock.</returns>
    private async Task<TimeSpan> TakeNameAsync(LivingSession session, string node, CancellationToken cancellationToken)
    {
        var key = MemberKeys.Life(node);
        var began = options.Clock.Now;
        for (var first = true; ; first = false)
        {
            var asked = options.Clock.Now;
            if (await session.TryLockAsync(key))
            {
                return asked;
            }

            if (options.NameWait != Timeout.InfiniteTimeSpan && asked - began >= options.NameWait)
            {
                throw new NodeNameInUseException(await DescribeHolderAsync(node, cancellationToken));
            }

            if (first)
            {
                MembershipLog.NameHeld(logger, node, options.NameWait);
            }

            await Task.Delay(Again, time, cancellationToken);
        }
    }

    private async Task<string> DescribeHolderAsync(string node, CancellationToken cancellationToken)
    {
        await using var command = NameHolder.On(database.Work, node);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var holder = await row.ReadAsync(cancellationToken)
            ? $"process {row.GetInt32(1)} on {row.GetString(0)}, version {row.GetString(4)}, since {row.GetDateTime(2):u}, epoch {row.GetInt64(3)}"
            : "another process, which is joining";
        return $"a node named {node} is in the cluster already: {holder}; each node needs a name of its own";
    }

    private async Task EndEarlierLifeAsync(string node, TimeSpan processBegan, CancellationToken cancellationToken)
    {
        long epoch;
        DateTime now;
        await using (var command = HeldLife.On(database.Work, node))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                return;
            }

            (epoch, now) = (row.GetInt64(0), row.GetDateTime(1));
        }

        await ending.EndAsync(
            new EndingOrder
            {
                Life = new Ownership(node, epoch),
                State = NodeState.Down,
                By = node,
                Reason = "it did not leave in order and begins a new life",
                EndSessionsBefore = now - (options.Clock.Now - processBegan),
            },
            cancellationToken);
    }

    private async Task<long> RegisterAsync(NodeCard card, CancellationToken cancellationToken)
    {
        await using var connection = await database.Work.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(transaction, MemberKeys.Joining, cancellationToken);
        await RequireReadableAsync(connection, card, cancellationToken);
        await RequireCompatibleAsync(transaction, card, cancellationToken);
        await LockAsync(transaction, LeaseKey.Of(card.Name), cancellationToken);
        var epoch = (long)(await ScalarAsync(TakeLease.On(connection, transaction, card.Name), cancellationToken)
            ?? throw new NodeNameInUseException(await DescribeHolderAsync(card.Name, cancellationToken)));
        Crash.At(CrashPoint.TakeoverJoinEpochRaised);
        var earlier = await ScalarAsync(EarlierState.On(connection, transaction, card.Name), cancellationToken) as short?;
        await ScalarAsync(Forget.On(connection, transaction), cancellationToken);
        await ScalarAsync(
            Register.On(
                connection,
                transaction,
                card.Name,
                epoch,
                MemberKeys.Life(card.Name),
                (short)NodeState.Joining,
                (int)card.Roles,
                card.Version,
                card.Wire.Lowest,
                card.Wire.Highest,
                card.Stored.Lowest,
                card.Stored.Highest,
                card.AdminAddress,
                card.ScannerAddress,
                Environment.MachineName,
                Environment.ProcessId),
            cancellationToken);
        var kind = earlier is null or (short)NodeState.Left ? ClusterEventKind.Joined : ClusterEventKind.Rejoined;
        await ClusterEvents.WriteAsync(
            transaction, kind, new Ownership(card.Name, epoch), card.Name, $"version {card.Version}, {card.Roles}", 0, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Crash.At(CrashPoint.TakeoverJoinRegistered);
        return epoch;
    }

    /// <summary>The schema may have gone on since this program opened the database.</summary>
    private static async Task RequireReadableAsync(NpgsqlConnection connection, NodeCard card, CancellationToken cancellationToken)
    {
        try
        {
            PostgresSchema.RequireReadable(await PostgresSchema.ReadAsync(connection, cancellationToken), card.Stored.Highest);
        }
        catch (InvalidDataException tooOld)
        {
            throw new NodeIncompatibleException(tooOld.Message, tooOld);
        }
    }

    private static async Task RequireCompatibleAsync(NpgsqlTransaction transaction, NodeCard card, CancellationToken cancellationToken)
    {
        await using var command = Incompatible.On(
            transaction.Connection!, transaction, card.Name, card.Wire.Lowest, card.Wire.Highest, card.Stored.Lowest, card.Stored.Highest);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken))
        {
            var (wire, stored) = (new FormRange(row.GetInt32(2), row.GetInt32(3)), new FormRange(row.GetInt32(4), row.GetInt32(5)));
            throw new NodeIncompatibleException(
                $"node {row.GetString(0)} of version {row.GetString(1)} understands wire forms {wire} and stored forms {stored}, "
                + $"this program (version {card.Version}) {card.Wire} and {card.Stored}: upgrade over a version in between");
        }
    }

    private static async Task LockAsync(NpgsqlTransaction transaction, long key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", transaction.Connection, transaction)
        {
            Parameters = { new NpgsqlParameter { Value = key } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }
}
