using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>
/// Brings the parts of one actor's asynchronous handlers back to its turn, as system messages: they overtake user messages, which wait
/// for the handler. Nothing is ever run inline on the thread that completes what was awaited.
/// </summary>
internal sealed class ActorTaskScheduler(ActorCell cell) : TaskScheduler
{
    private Task? _starting;
    private bool _abandoned;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs the handler's first part here and now; its exception, if it throws one, is in the task.</summary>
    public Task Start(Func<Task> handler)
    {
        var start = new Task<Task>(handler);
        _starting = start;
        start.RunSynchronously(this);
        _starting = null;
        return start.IsCompletedSuccessfully ? start.Result ?? Task.CompletedTask : start;
    }

    public void Run(Task continuation)
    {
        if (!_abandoned)
        {
            TryExecuteTask(continuation);
        }
    }

    /// <summary>Any thread: the whole handler has ended.</summary>
    public void Completed(Task handler)
    {
        if (!cell.Mailbox.PostSystem(new AsyncCompleted(this, handler)))
        {
            _ = handler.Exception;
        }
    }

    /// <summary>Any thread.</summary>
    public void GraceExpired() => cell.Self.SendSystem(new StopGraceExpired(this));

    public void Abandon() => _abandoned = true;

    protected override void QueueTask(Task task) => cell.Mailbox.PostSystem(new AsyncContinuation(this, task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        ReferenceEquals(task, _starting) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
