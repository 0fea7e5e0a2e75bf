namespace Pipeline.Storage.Sqlite.Writing;

/// <summary>Something to be written by the writer's thread, in a commit that it may share with others.</summary>
/// <remarks>
/// <see cref="Apply"/> runs inside a transaction and may run twice, when the first group failed; it leaves its result in the request.
/// Then exactly one of <see cref="Committed"/> and <see cref="Refuse"/> is called.
/// </remarks>
internal abstract class WriteRequest
{
    /// <summary>When it began to wait, as the time provider counts.</summary>
    public long WaitingSince { get; set; }

    /// <summary>About how many octets it adds to the commit.</summary>
    public virtual long Size => 512;

    /// <exception cref="Database.SqliteFailure">SQLite cannot write.</exception>
    /// <exception cref="InvalidOperationException">The request contradicts what is stored: a bug of the caller.</exception>
    public abstract void Apply(WriteSession session);

    public abstract void Committed();

    /// <summary>Nothing was written.</summary>
    /// <param name="cause">The bug, when it is one; otherwise the store is unavailable.</param>
    public abstract void Refuse(Exception? cause);
}

/// <summary>A write with an answer.</summary>
internal abstract class WriteRequest<T> : WriteRequest
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    protected abstract T Answer { get; }

    protected abstract T Unavailable { get; }

    public override void Committed() => _done.TrySetResult(Answer);

    public override void Refuse(Exception? cause)
    {
        if (cause is null)
        {
            _done.TrySetResult(Unavailable);
        }
        else
        {
            _done.TrySetException(cause);
        }
    }
}
