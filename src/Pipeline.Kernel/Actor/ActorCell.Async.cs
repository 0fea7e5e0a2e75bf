using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    private ActorTaskScheduler? _scheduler;
    private Task? _handler;
    private ITimer? _grace;
    private Exception? _pendingRecreate;

    /// <summary>
    /// Runs a handler so that everything after its awaits comes back to the actor's turn. When it does not finish at once,
    /// user messages wait until it does; system messages are handled meanwhile.
    /// </summary>
    public void RunAsyncHandler(Func<Task> handler)
    {
        _scheduler ??= new ActorTaskScheduler(this);
        Task task = _scheduler.Start(handler);
        if (task.IsCompleted)
        {
            if (FailureOf(task) is { } failure)
            {
                global::System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }

            return;
        }

        _handler = task;
        Mailbox.Suspend();
        PauseReceiveTimeout();
        task.ContinueWith(
            static (completed, state) => ((ActorTaskScheduler)state!).Completed(completed),
            _scheduler,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public void AsyncHandlerCompleted(ActorTaskScheduler scheduler, Task handler)
    {
        Exception? failure = FailureOf(handler);
        if (!ReferenceEquals(scheduler, _scheduler))
        {
            if (failure is not null)
            {
                System.KernelLog.LateFailure(failure, Self.Path);
            }

            return;
        }

        EndHandler(failure);
    }

    /// <summary>The handler has used up its grace: its remaining parts will not run.</summary>
    public void AbandonAsyncHandler(ActorTaskScheduler scheduler)
    {
        if (_handler is not null && ReferenceEquals(scheduler, _scheduler))
        {
            System.KernelLog.HandlerAbandoned(System.Settings.StopGrace, Self.Path);
            scheduler.Abandon();
            _scheduler = null;
            EndHandler(null);
        }
    }

    private void EndHandler(Exception? failure)
    {
        _handler = null;
        _grace?.Dispose();
        _grace = null;
        Mailbox.Resume();
        if (_terminating || _pendingRecreate is not null)
        {
            if (failure is not null)
            {
                System.KernelLog.LateFailure(failure, Self.Path);
            }

            EndMessage();
            if (_terminating)
            {
                FinishTerminateWhenReady();
            }
            else
            {
                Exception cause = _pendingRecreate!;
                _pendingRecreate = null;
                FaultRecreate(cause);
            }

            return;
        }

        if (failure is not null)
        {
            HandleInvokeFailure(failure);
        }

        EndMessage();
    }

    private void StartStopGrace()
    {
        ActorTaskScheduler scheduler = _scheduler!;
        _grace ??= System.Time.CreateTimer(
            static state => ((ActorTaskScheduler)state!).GraceExpired(),
            scheduler,
            System.Settings.StopGrace,
            Timeout.InfiniteTimeSpan);
    }

    private static Exception? FailureOf(Task task)
    {
        if (task.IsCompletedSuccessfully)
        {
            return null;
        }

        if (task.Exception is { } aggregate)
        {
            return aggregate.InnerExceptions.Count == 1 ? aggregate.InnerExceptions[0] : aggregate;
        }

        return new TaskCanceledException(task);
    }
}
