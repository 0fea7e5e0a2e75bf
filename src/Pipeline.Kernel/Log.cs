using Microsoft.Extensions.Logging;
using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel;

/// <summary>What the kernel itself has to say.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "Actor {Path} failed and goes on")]
    public static partial void ChildResumed(this ILogger log, Exception cause, ActorPath path);

    [LoggerMessage(101, LogLevel.Error, "Actor {Path} failed and is restarted")]
    public static partial void ChildRestarted(this ILogger log, Exception cause, ActorPath path);

    [LoggerMessage(102, LogLevel.Error, "Actor {Path} failed and is stopped")]
    public static partial void ChildStopped(this ILogger log, Exception cause, ActorPath path);

    [LoggerMessage(103, LogLevel.Warning, "Actor {Path} failed again before its first failure was dealt with, or while stopping")]
    public static partial void LateFailure(this ILogger log, Exception cause, ActorPath path);

    [LoggerMessage(104, LogLevel.Error, "{Hook} of actor {Path} failed")]
    public static partial void HookFailed(this ILogger log, Exception cause, string hook, ActorPath path);

    [LoggerMessage(105, LogLevel.Warning, "Actor {Path}: asynchronous handler abandoned after {Grace} of grace; its remaining parts will not run")]
    public static partial void HandlerAbandoned(this ILogger log, TimeSpan grace, ActorPath path);

    [LoggerMessage(106, LogLevel.Critical, "Failure escalated beyond {Path}: the actor system ends")]
    public static partial void SystemFailed(this ILogger log, Exception cause, ActorPath path);

    [LoggerMessage(107, LogLevel.Information, "Dead letter {MessageType} from {Sender} to {Recipient} (silent now: {Last})")]
    public static partial void DeadLetter(this ILogger log, string messageType, ActorPath sender, ActorPath recipient, bool last);

    [LoggerMessage(108, LogLevel.Information, "{Count} dead letters were not logged")]
    public static partial void DeadLettersSuppressed(this ILogger log, int count);

    [LoggerMessage(109, LogLevel.Debug, "Unhandled {MessageType} from {Sender} to {Recipient}")]
    public static partial void Unhandled(this ILogger log, string messageType, ActorPath sender, ActorPath recipient);

    [LoggerMessage(110, LogLevel.Warning, "Shutdown phase {Phase}: task {Task} failed; going on")]
    public static partial void ShutdownTaskFailed(this ILogger log, Exception cause, string phase, string task);

    [LoggerMessage(111, LogLevel.Warning, "Shutdown phase {Phase} took longer than {Timeout}; going on")]
    public static partial void ShutdownPhaseTimedOut(this ILogger log, string phase, TimeSpan timeout);

    [LoggerMessage(112, LogLevel.Information, "Shutting down: {Reason}")]
    public static partial void ShutdownBegins(this ILogger log, string reason);
}
