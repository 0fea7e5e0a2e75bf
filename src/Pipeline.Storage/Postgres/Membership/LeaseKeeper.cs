using Microsoft.Extensions.Logging;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Proves the lease again and again, and carries the life over to a new session when the old one broke and the fence still stands.</summary>
internal sealed class LeaseKeeper(PostgresDatabase database, Lease lease, LivingSession first, MembershipOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    private readonly long _key = MemberKeys.Life(lease.Owner.Node);
    private volatile LivingSession _session = first;

    public LivingSession Session => _session;

    /// <summary>Runs until the lease is lost.</summary>
    /// <returns>Why; null when the token ended first.</returns>
    public async Task<LeaseLoss?> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(options.PingEvery, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            var standing = lease.MayResume ? await PingAsync() : Standing.TooLate;
            if (standing == Standing.Broken)
            {
                standing = await ResumeAsync(cancellationToken);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            if (standing != Standing.Held)
            {
                return standing == Standing.Ended
                    ? await LeaseLosses.AskAsync(database, lease.Owner, cancellationToken)
                    : new LeaseLoss(LeaseLossCause.Outage, $"the database did not confirm the lease for {lease.Age.TotalSeconds:F1} s");
            }
        }
    }

    private async Task<Standing> PingAsync()
    {
        try
        {
            return await ProveAsync(_session, options.Clock.Now);
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            lease.Doubt();
            MembershipLog.SessionBroke(logger, lease.Owner.Node, e);
            return Standing.Broken;
        }
    }

    private async Task<Standing> ProveAsync(LivingSession session, TimeSpan askedAt)
    {
        if (await session.PingAsync(lease.Owner.Node) is not (var epoch, true) || epoch != lease.Owner.Epoch)
        {
            return Standing.Ended;
        }

        lease.Prove(askedAt);
        return Standing.Held;
    }

    /// <summary>A short outage need not cost the life: as long as nobody has ended it and the lock can be had again, it goes on under the same epoch.</summary>
    private async Task<Standing> ResumeAsync(CancellationToken cancellationToken)
    {
        while (lease.MayResume && !cancellationToken.IsCancellationRequested)
        {
            LivingSession? next = null;
            var standing = Standing.Broken;
            try
            {
                next = await OpenAsync(cancellationToken);
                standing = await CarryOverAsync(next, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The life has been left meanwhile.
            }
            catch (Exception e) when (PostgresFailure.IsTransient(e))
            {
                // It was said when the session broke.
            }

            if (standing == Standing.Held)
            {
                return standing;
            }

            await (next?.DisposeAsync() ?? ValueTask.CompletedTask);
            if (standing == Standing.Ended)
            {
                return standing;
            }

            await Task.Delay(Again, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Standing.TooLate;
    }

    /// <summary>Opening on a dead link takes long to give up, even when cancelled; the lease does not wait for it.</summary>
    private async Task<LivingSession> OpenAsync(CancellationToken cancellationToken)
    {
        var left = options.LostAge - lease.Age;
        var bound = left < options.PingBound ? left : options.PingBound;
        var opening = LivingSession.OpenAsync(database, options.PingBound, time, cancellationToken);
        try
        {
            return await opening.WaitAsync(bound > TimeSpan.Zero ? bound : TimeSpan.Zero, time, cancellationToken);
        }
        catch
        {
            _ = GiveUpAsync(opening);
            throw;
        }
    }

    private static async Task GiveUpAsync(Task<LivingSession> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await opening.Result.DisposeAsync();
        }
    }

    private async Task<Standing> CarryOverAsync(LivingSession next, CancellationToken cancellationToken)
    {
        await next.EndBackendAsync(_key, _session.Backend);
        while (lease.MayResume)
        {
            var (age, askedAt) = (lease.Age, options.Clock.Now);
            if (await next.TryLockAsync(_key))
            {
                var standing = await ProveAsync(next, askedAt);
                if (standing == Standing.Held)
                {
                    _session = next;
                    MembershipLog.Resumed(logger, lease.Owner.Node, lease.Owner.Epoch, age);
                }

                return standing;
            }

            await Task.Delay(Again, time, cancellationToken);
        }

        return Standing.TooLate;
    }

    private enum Standing
    {
        Held,
        Broken,
        Ended,
        TooLate,
    }
}
