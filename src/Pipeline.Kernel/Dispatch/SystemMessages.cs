using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

internal sealed class Create : SystemMessage
{
    public override void Apply(ActorCell cell) => cell.Create();
}

internal sealed class Recreate(Exception cause) : SystemMessage
{
    public override SetAside SetAside => SetAside.WhileWaiting;

    public override void Apply(ActorCell cell) => cell.FaultRecreate(cause);
}

internal sealed class Suspend : SystemMessage
{
    public override SetAside SetAside => SetAside.WhileWaiting;

    public override void Apply(ActorCell cell) => cell.FaultSuspend();
}

/// <param name="causedByFailure">The failure this answers; null when the actor is only resumed along with its parent.</param>
internal sealed class Resume(Exception? causedByFailure) : SystemMessage
{
    public override SetAside SetAside => SetAside.WhileWaiting;

    public override void Apply(ActorCell cell) => cell.FaultResume(causedByFailure);
}

internal sealed class Terminate : SystemMessage
{
    public override void Apply(ActorCell cell) => cell.Terminate();
}

internal sealed class Failed(LocalActorRef child, Exception cause) : SystemMessage
{
    public LocalActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public override SetAside SetAside => SetAside.WhileSuspended;

    public override void Apply(ActorCell cell) => cell.HandleFailed(this);
}

internal sealed class Watch(InternalActorRef watchee, InternalActorRef watcher) : SystemMessage
{
    public override void Apply(ActorCell cell) => cell.AddWatcher(watcher);

    /// <summary>Watching the dead is answered at once: there was nobody to see dying.</summary>
    public override void Undeliverable() => watcher.SendSystem(new DeathNotice(watchee, existenceConfirmed: false));
}

internal sealed class Unwatch(InternalActorRef watcher) : SystemMessage
{
    public override void Apply(ActorCell cell) => cell.RemoveWatcher(watcher);
}

internal sealed class DeathNotice(InternalActorRef actor, bool existenceConfirmed) : SystemMessage
{
    public InternalActorRef Actor { get; } = actor;

    public override void Apply(ActorCell cell) => cell.WatchedActorTerminated(Actor, existenceConfirmed);
}

/// <summary>Part of an asynchronous handler that became ready to run.</summary>
internal sealed class AsyncContinuation(ActorTaskScheduler scheduler, Task continuation) : SystemMessage
{
    public override void Apply(ActorCell cell) => scheduler.Run(continuation);
}

internal sealed class AsyncCompleted(ActorTaskScheduler scheduler, Task handler) : SystemMessage
{
    public override void Apply(ActorCell cell) => cell.AsyncHandlerCompleted(scheduler, handler);
}

internal sealed class StopGraceExpired(ActorTaskScheduler scheduler) : SystemMessage
{
    public override void Apply(ActorCell cell) => cell.AbandonAsyncHandler(scheduler);
}
