// What of Akka.NET 1.5 the actors of this project may use: signatures only, null-oblivious as they are there. No body ever runs.
#nullable disable
namespace Akka.Actor;

public enum Directive
{
    Resume,
    Restart,
    Escalate,
    Stop,
}

public interface IDecider
{
    Directive Decide(Exception cause);
}

public static class Decider
{
    public static IDecider From(Func<Exception, Directive> localOnlyDecider) => throw null;
    public static IDecider From(Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs) => throw null;
}

public static class DirectiveExtensions
{
    public static KeyValuePair<Type, Directive> When<TException>(this Directive self)
        where TException : Exception => throw null;
}

public abstract class SupervisorStrategy
{
    private protected SupervisorStrategy() => throw null;
    public static readonly IDecider DefaultDecider;
    public static readonly SupervisorStrategy DefaultStrategy;
    public static readonly SupervisorStrategy StoppingStrategy;
    public abstract IDecider Decider { get; }
}

public class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider) => throw null;
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider) => throw null;
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) => throw null;
    public OneForOneStrategy(IDecider decider) => throw null;
    public override IDecider Decider => throw null;
}

public class ActorInitializationException : Exception
{
    public IActorRef Actor => throw null;
}

public class PreRestartException : ActorInitializationException;

public class PostRestartException : ActorInitializationException;

public class ActorKilledException : Exception
{
    public ActorKilledException(string message) => throw null;
}

public class DeathPactException : Exception
{
    public DeathPactException(IActorRef deadActor) => throw null;
    public IActorRef DeadActor => throw null;
}

public class InvalidActorNameException : Exception
{
    public InvalidActorNameException(string message) => throw null;
}

public class AskTimeoutException : Exception
{
    public AskTimeoutException(string message) => throw null;
}

public class StashOverflowException : Exception
{
    public StashOverflowException(string message) => throw null;
}

public class IllegalActorStateException : Exception
{
    public IllegalActorStateException(string message) => throw null;
}

public static class Futures
{
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) => throw null;
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) => throw null;
}

public static class PipeToSupport
{
    public static Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        IActorRef sender = null,
        Func<T, object> success = null,
        Func<Exception, object> failure = null) => throw null;
    public static Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        IActorRef sender = null,
        Func<object> success = null,
        Func<Exception, object> failure = null) => throw null;
}

public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => throw null;
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage) => throw null;
}

public sealed class CoordinatedShutdown
{
    private CoordinatedShutdown() => throw null;
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";
    public Reason ShutdownReason => throw null;
    public static CoordinatedShutdown Get(ActorSystem sys) => throw null;
    public void AddTask(string phase, string taskName, Func<Task<Done>> task) => throw null;
    public Task<Done> Run(Reason reason, string fromPhase = null) => throw null;

    public class Reason
    {
        protected Reason() => throw null;
    }

    public class UnknownReason : Reason
    {
        private protected UnknownReason() => throw null;
        public static Reason Instance => throw null;
    }

    public class ActorSystemTerminateReason : Reason
    {
        private protected ActorSystemTerminateReason() => throw null;
        public static Reason Instance => throw null;
    }

    public class ClrExitReason : Reason
    {
        private protected ClrExitReason() => throw null;
        public static Reason Instance => throw null;
    }
}
