using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>One writer: a loop that takes all writes that came while it waited for the last commit, and commits them together in one round trip.</summary>
/// <remarks>
/// It has a session of its own. After an outage the same group is written again on a new session until its writes have waited too long:
/// every write can be repeated, so it does not matter whether the commit had happened. A wrong write is found by trying each alone.
/// </remarks>
/// <typeparam name="TCommit">What its writes are collected in.</typeparam>
internal abstract class PostgresWriter<TCommit> : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly PostgresDatabase _database;
    private readonly PostgresOptions _options;
    private readonly ILogger _logger;
    private readonly WaitingWrites<TCommit> _waiting;
    private readonly SemaphoreSlim _work = new(0);
    private Task _running = Task.CompletedTask;
    private NpgsqlConnection? _session;
    private volatile bool _stopping;
    private volatile bool _unsettled;
    private bool _failing;

    /// <param name="timeout">How long a write may take, retries over an outage included.</param>
    protected PostgresWriter(PostgresDatabase database, PostgresOptions options, TimeSpan timeout, ILogger logger)
    {
        _database = database;
        _options = options;
        _logger = logger;
        _waiting = new WaitingWrites<TCommit>(
            new WriteLimits(options.GroupLimit, options.GroupBytesLimit, options.WaitingWritesLimit, timeout), options.TimeProvider, Wake);
    }

    /// <summary>Writes that are not yet taken up.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Whether something is to be written that nobody waits for.</summary>
    protected virtual bool HasRemains => false;

    public void Start() => _running = Task.Run(RunAsync);

    public Task<T> WriteAsync<T>(WriteRequest<TCommit, T> request)
    {
        _waiting.Submit(request);
        return request.Done;
    }

    /// <summary>Called every second: refuses writes that have waited too long for their turn, since the database hangs or is gone.</summary>
    public void Tick()
    {
        if (_unsettled)
        {
            Wake();
        }

        if (_waiting.Expire() is > 0 and var expired)
        {
            Log.WritesExpired(_logger, expired);
        }
    }

    /// <summary>Commits what waits, as far as the database is there, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        // In this order: once the loop has seen the end, nothing can come in any more.
        _waiting.Close();
        _stopping = true;
        Wake();
        await _running;
        await AbandonAsync();
    }

    /// <summary>Writes the group, or nothing of it, as far as can be told; an empty group when there are only remains.</summary>
    protected abstract Task CommitAsync(NpgsqlConnection session, IReadOnlyList<WriteRequest<TCommit>> group);

    /// <summary>Called before a write is refused that was tried: whether it was committed is not known.</summary>
    protected virtual void GiveUp(WriteRequest<TCommit> request)
    {
    }

    /// <summary>One pending wake-up is enough, whoever asks: the loop looks at everything after it. More would be counted while the writer is busy.</summary>
    private void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    private async Task RunAsync()
    {
        var group = new List<WriteRequest<TCommit>>(_options.GroupLimit);
        while (true)
        {
            var stopping = _stopping;
            _waiting.Take(group);
            if (group.Count > 0)
            {
                await CommitAsync(group);
                group.Clear();
            }
            else if (stopping)
            {
                return;
            }
            else
            {
                await SettleAsync(group);
                await _work.WaitAsync();
            }
        }
    }

    private async Task CommitAsync(List<WriteRequest<TCommit>> group)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (await TryCommitAsync(group) is not { } failure)
            {
                return;
            }

            if (PostgresFailure.IsTransient(failure) && !PostgresFailure.IsFull(failure))
            {
                if (RefuseExpired(group) == 0)
                {
                    return;
                }

                await Task.Delay(pause, _options.TimeProvider);
            }
            else if (group.Count == 1)
            {
                group[0].Refuse(CauseOf(failure));
                return;
            }
            else
            {
                // A wrong write must not stop the others, and a full disk has room for those that delete.
                foreach (var request in group)
                {
                    await CommitAsync([request]);
                }

                return;
            }
        }
    }

    /// <summary>Commits and answers the group, or says why not: then nothing of it is written, or it is not known.</summary>
    private async Task<Exception?> TryCommitAsync(List<WriteRequest<TCommit>> group)
    {
        try
        {
            _session ??= await _database.OpenWritingAsync(CancellationToken.None);
            await CommitAsync(_session, group);
        }
        catch (Exception failure)
        {
            if (!_failing && failure is NpgsqlException)
            {
                Log.DatabaseFailed(_logger, failure.Message);
                _failing = true;
            }

            await AbandonAsync();
            if (PostgresFailure.EndsAllSessions(failure))
            {
                _database.Work.Clear();
            }

            return failure;
        }

        if (_failing)
        {
            Log.WritesAgain(_logger);
            _failing = false;
        }

        foreach (var request in group)
        {
            request.Committed();
        }

        return null;
    }

    /// <summary>Without anything to write that somebody waits for: sees to the remains.</summary>
    private async Task SettleAsync(List<WriteRequest<TCommit>> nothing)
    {
        if (HasRemains)
        {
            await TryCommitAsync(nothing);
        }

        _unsettled = HasRemains;
    }

    /// <summary>Takes out of the group what has waited too long, or everything when the writer is to stop; how many are left.</summary>
    private int RefuseExpired(List<WriteRequest<TCommit>> group)
    {
        for (var i = group.Count - 1; i >= 0; i--)
        {
            if (_stopping || _waiting.HasExpired(group[i]))
            {
                GiveUp(group[i]);
                group[i].Refuse(null);
                group.RemoveAt(i);
            }
        }

        return group.Count;
    }

    /// <summary>What a caller is told: a contradiction of what is stored is its bug; anything else means that the store cannot write.</summary>
    private Exception? CauseOf(Exception failure)
    {
        switch (failure)
        {
            case PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken:
                Log.WriteWrong(_logger, taken);
                return new InvalidOperationException($"the write contradicts what is stored: {taken.MessageText}", taken);
            case NpgsqlException:
                return null;
            default:
                Log.WriteWrong(_logger, failure);
                return failure;
        }
    }

    private async Task AbandonAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }
}
