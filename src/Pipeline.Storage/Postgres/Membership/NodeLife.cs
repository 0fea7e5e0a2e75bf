using Microsoft.Extensions.Logging;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>A life: the tasks that keep its lease, watch the others and tell about it, until it leaves or is lost.</summary>
internal sealed class NodeLife : INodeLife
{
    private static readonly TimeSpan LeaveBound = TimeSpan.FromSeconds(5);
    private static readonly MemberSql SetState = new("set_state");

    private readonly PostgresDatabase _database;
    private readonly Lease _lease;
    private readonly LeaseKeeper _keeper;
    private readonly LifeEnding _ending;
    private readonly StatusReporter _status;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _tasks;
    private readonly Task _keeping;
    private bool _disposed;

    public NodeLife(
        PostgresDatabase database,
        Lease lease,
        LivingSession session,
        LifeEnding ending,
        ClusterEvents events,
        MembershipOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (_database, _lease, _ending, _logger) = (database, lease, ending, logger);
        _keeper = new LeaseKeeper(database, lease, session, options, time, logger);
        _status = new StatusReporter(database, lease.Owner, events, options, time);
        Singletons = new SingletonRoles(database, lease, _keeper, options, time, logger, _over.Token);
        var detector = new Detector(database, lease, ending, options, time, logger);
        _keeping = Task.Run(KeepAsync);
        _tasks = Task.WhenAll(RunAsync(detector.RunAsync), RunAsync(_status.RunAsync));
    }

    public Ownership Owner => _lease.Owner;

    public bool MayClaim => _lease.MayClaim;

    public bool MayFinish => _lease.MayFinish;

    public Task<LeaseLoss> Lost => _lease.Lost;

    public ISingletonRoles Singletons { get; }

    public void Report(NodeReport report) => _status.Report(report);

    public async Task<bool> SetStateAsync(NodeState state, CancellationToken cancellationToken)
    {
        var kind = state switch
        {
            NodeState.Up => ClusterEventKind.Up,
            NodeState.Draining => ClusterEventKind.Draining,
            NodeState.Leaving => ClusterEventKind.Leaving,
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "a node enters this state by joining, leaving or being ended"),
        };
        await using var connection = await _database.Work.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = SetState.On(connection, transaction, Owner.Node, Owner.Epoch, (short)state);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        await ClusterEvents.WriteAsync(transaction, kind, Owner, Owner.Node, "", 0, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        if (!_lease.End())
        {
            return false;
        }

        try
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            bound.CancelAfter(LeaveBound);
            return await _ending.EndAsync(
                new EndingOrder { Life = Owner, State = NodeState.Left, By = Owner.Node, Reason = "left in order" }, bound.Token) is not null;
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            MembershipLog.LeaveFailed(_logger, Owner.Node, e);
            return false;
        }
        finally
        {
            await StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        _lease.End();
        await StopAsync();
        _over.Dispose();
    }

    private async Task StopAsync()
    {
        await _over.CancelAsync();
        await _keeping;
        await _tasks;
        await _keeper.Session.DisposeAsync();
    }

    private async Task KeepAsync()
    {
        try
        {
            if (await _keeper.RunAsync(_over.Token) is { } loss)
            {
                await LoseAsync(loss);
            }
        }
        catch (Exception e)
        {
            // Not a way that a database fails: a bug. A life whose lease nobody keeps must not go on.
            MembershipLog.TaskFailed(_logger, Owner.Node, e);
            await LoseAsync(new LeaseLoss(LeaseLossCause.Outage, "the keeper of the lease failed: " + e.Message));
        }
    }

    private async Task LoseAsync(LeaseLoss loss)
    {
        if (!_lease.End())
        {
            return;
        }

        // First of all the word: what follows may wait for a link that is broken.
        MembershipLog.Lost(_logger, Owner.Node, Owner.Epoch, loss.Reason);
        _lease.Announce(loss);
        await _keeper.Session.DisposeAsync();
        await _over.CancelAsync();
    }

    private async Task RunAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await Task.Run(() => work(_over.Token));
        }
        catch (Exception e)
        {
            MembershipLog.TaskFailed(_logger, Owner.Node, e);
            await LoseAsync(new LeaseLoss(LeaseLossCause.Outage, "a task of the membership failed: " + e.Message));
        }
    }
}
