using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

public static class GracefulStopSupport
{
    /// <summary>Stops an actor by poison pill and awaits its end. True when it ended in time; its name may still be taken for a moment.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => target.GracefulStop(timeout, PoisonPill.Instance);

    /// <param name="target">Who is to stop.</param>
    /// <param name="timeout">Positive and finite.</param>
    /// <param name="stopMessage">What makes the actor stop.</param>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        if (target.IsNobody())
        {
            return Task.FromResult(true);
        }

        var actor = (InternalActorRef)target;
        var watcher = new StopWatcher(actor, timeout);
        actor.SendSystem(new Watch(actor, watcher));
        actor.Tell(stopMessage, ActorRefs.NoSender);
        return watcher.Stopped;
    }

    /// <summary>Watches one actor for one awaiting caller.</summary>
    private sealed class StopWatcher : InternalActorRef
    {
        private readonly TaskCompletionSource<bool> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly InternalActorRef _target;
        private readonly ITimer _timer;

        public StopWatcher(InternalActorRef target, TimeSpan timeout)
        {
            _target = target;
            long uid = target.System.NextUid();
            Path = target.System.TempPath.Child($"${uid}", uid);
            _timer = target.System.Time.CreateTimer(
                static watcher => ((StopWatcher)watcher!).Expire(), this, timeout, Timeout.InfiniteTimeSpan);
        }

        public override ActorPath Path { get; }

        public override ActorSystem System => _target.System;

        public Task<bool> Stopped => _stopped.Task;

        public override void Tell(object message, IActorRef? sender) => System.DeadLetterOffice.Refuse(message, sender, this);

        public override void SendSystem(SystemMessage message)
        {
            if (message is DeathNotice && _stopped.TrySetResult(true))
            {
                _timer.Dispose();
            }
        }

        private void Expire()
        {
            if (_stopped.TrySetResult(false))
            {
                _target.SendSystem(new Unwatch(this));
                _timer.Dispose();
            }
        }
    }
}
