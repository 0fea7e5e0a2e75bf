namespace Pipeline.Kernel.Actor;

public static class Futures
{
    /// <summary>
    /// Tells <paramref name="message"/> and awaits the first answer. A <see cref="Status.Failure"/> faults the task with its cause, an answer
    /// of another type with <see cref="ArgumentException"/>. Continuations do not run on the turn of who answers.
    /// </summary>
    /// <exception cref="AskTimeoutException">(in the task) No answer in time; also when the actor asked is dead.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is not positive or infinite.</exception>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(self);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        if (self is Nobody || self is not InternalActorRef target)
        {
            throw new ArgumentException($"[{self}] cannot be asked: it belongs to no actor system.", nameof(self));
        }

        ActorSystem system = target.System;
        if (system.Settings.RefuseAskingOwnChildren && target.Parent is LocalActorRef parent && ReferenceEquals(ActorCell.Current, parent.Cell))
        {
            throw new InvalidOperationException(
                $"[{parent}] asks its own child [{target}]: when the child fails it waits for a decision that the waiting parent cannot take.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var ask = new AskRef<T>(system, self, timeout);
        ask.Arm(cancellationToken);
        target.Tell(message, ask);
        return ask.Answer;
    }
}
