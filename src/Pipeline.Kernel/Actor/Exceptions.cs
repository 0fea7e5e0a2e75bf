namespace Pipeline.Kernel.Actor;

/// <summary>Base of what the kernel throws.</summary>
public abstract class ActorKernelException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>An actor could not be created: its constructor or <c>PreStart</c> failed (the cause is the inner exception), or it was built outside of <see cref="Props"/>.</summary>
public class ActorInitializationException(IActorRef? actor, string message, Exception? cause = null) : ActorKernelException(message, cause)
{
    public IActorRef? Actor { get; } = actor;
}

/// <summary><c>PreRestart</c> of the old instance failed; logged, the restart goes on.</summary>
public sealed class PreRestartException(IActorRef actor, Exception restartCause, Exception cause, object? optionalMessage)
    : ActorInitializationException(actor, $"PreRestart failed after [{restartCause.GetType().Name}: {restartCause.Message}]", cause)
{
    /// <summary>The message that was being handled when the actor failed, if any.</summary>
    public object? OptionalMessage { get; } = optionalMessage;
}

/// <summary>The new instance could not be brought up in a restart.</summary>
public sealed class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"Restart failed after [{originalCause.GetType().Name}: {originalCause.Message}]", cause)
{
    /// <summary>Why the restart was made.</summary>
    public Exception OriginalCause { get; } = originalCause;
}

public sealed class ActorKilledException(string message) : ActorKernelException(message);

/// <summary>A watched actor died and <see cref="Terminated"/> was not handled.</summary>
public sealed class DeathPactException(IActorRef deadActor) : ActorKernelException($"Monitored actor [{deadActor}] terminated")
{
    public IActorRef DeadActor { get; } = deadActor;
}

public sealed class InvalidActorNameException(string message) : ActorKernelException(message);

public sealed class AskTimeoutException(string message) : ActorKernelException(message);

public sealed class StashOverflowException(string message) : ActorKernelException(message);

public sealed class IllegalActorStateException(string message) : ActorKernelException(message);
