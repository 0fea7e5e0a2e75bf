using Pipeline.Mail.Message;

namespace Pipeline.Storage.Writing;

/// <summary>Something to be written by an engine's writer, in a commit that it may share with others.</summary>
/// <typeparam name="TCommit">What an engine collects a commit in.</typeparam>
/// <remarks>
/// <see cref="Apply"/> may run several times, when a commit failed; it leaves its result in the request.
/// Then exactly one of <see cref="Committed"/> and <see cref="Refuse"/> is called.
/// </remarks>
internal abstract class WriteRequest<TCommit>
{
    /// <summary>When it began to wait, as the time provider counts.</summary>
    public long WaitingSince { get; set; }

    /// <summary>About how many octets it adds to the commit.</summary>
    public virtual long Size => 512;

    /// <summary>Notes the messages it writes; false when one of them is in the set already, so that it must wait for the next commit.</summary>
    public virtual bool TryJoin(HashSet<MessageId> written) => true;

    /// <exception cref="InvalidOperationException">The request contradicts what is stored: a bug of the caller.</exception>
    public abstract void Apply(TCommit commit);

    public abstract void Committed();

    /// <summary>Nothing was written, or it is not known.</summary>
    /// <param name="cause">The bug, when it is one; otherwise the store is unavailable.</param>
    public abstract void Refuse(Exception? cause);
}

/// <summary>A write with an answer.</summary>
internal abstract class WriteRequest<TCommit, T> : WriteRequest<TCommit>
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
