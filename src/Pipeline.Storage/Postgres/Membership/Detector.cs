using Microsoft.Extensions.Logging;
using Pipeline.Faults;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Watches the locks that the other nodes live by, and ends the lives that have lost theirs.</summary>
internal sealed class Detector(PostgresDatabase database, Lease lease, LifeEnding ending, MembershipOptions options, TimeProvider time, ILogger logger)
{
    private static readonly MemberSql Gone = new("gone");

    // When each life was first seen without its lock, by the lease clock, and the look before that, by the database's:
    // a session of its name that began later may be a successor's.
    private readonly Dictionary<Ownership, (TimeSpan Since, DateTime LookBefore)> _missing = [];
    private TimeSpan? _lastLook;
    private TimeSpan _patientUntil;
    private bool _blind;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await LookAsync(cancellationToken);
            await Task.Delay(options.PollEvery, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks once and ends what has been missing for long enough.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var missing = await ReadAsync(cancellationToken);
            var now = options.Clock.Now;
            var sinceLast = now - _lastLook;
            if (sinceLast is null || sinceLast > options.BlindGrace)
            {
                _patientUntil = now + options.BlindGrace;
                _missing.Clear();
            }

            _lastLook = now;
            _blind = false;
            Remember(missing, now, sinceLast ?? options.PollEvery);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            if (!_blind)
            {
                MembershipLog.Blind(logger, e);
            }

            // What was seen before an outage says nothing about who survives it.
            (_blind, _lastLook) = (true, null);
            return;
        }

        foreach (var (life, seen) in _missing.ToArray())
        {
            await EndAsync(life, seen, cancellationToken);
        }
    }

    private async Task<List<(Ownership Life, DateTime At)>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = Gone.On(database.Work, lease.Owner.Node);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<(Ownership, DateTime)>();
        while (await row.ReadAsync(cancellationToken))
        {
            missing.Add((new Ownership(row.GetString(0), row.GetInt64(1)), row.GetDateTime(2)));
        }

        return missing;
    }

    private void Remember(List<(Ownership Life, DateTime At)> missing, TimeSpan now, TimeSpan sinceLast)
    {
        foreach (var back in _missing.Keys.Except(missing.Select(m => m.Life)).ToArray())
        {
            _missing.Remove(back);
        }

        foreach (var (life, at) in missing)
        {
            _missing.TryAdd(life, (now, at - sinceLast));
        }
    }

    private async Task EndAsync(Ownership life, (TimeSpan Since, DateTime LookBefore) seen, CancellationToken cancellationToken)
    {
        var now = options.Clock.Now;
        if (now < _patientUntil || now - seen.Since < options.ConfirmAfter || !lease.MayClaim)
        {
            return;
        }

        Crash.At(CrashPoint.TakeoverDeathSeen);
        try
        {
            await ending.EndAsync(
                new EndingOrder
                {
                    Life = life,
                    State = NodeState.Down,
                    By = lease.Owner.Node,
                    Reason = "its session with the database has ended",
                    OnlyWithoutLock = true,
                    EndSessionsBefore = seen.LookBefore,
                },
                cancellationToken);
            _missing.Remove(life);
        }
        catch (OperationCanceledException)
        {
            // The life of this node has ended meanwhile.
        }
        catch (Exception e) when (PostgresFailure.IsTransient(e))
        {
            MembershipLog.TakeOverFailed(logger, life.Node, e);
        }
    }
}
