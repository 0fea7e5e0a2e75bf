// What of Akka.NET 1.5 the actors of this project may use: signatures only, null-oblivious as they are there. No body ever runs.
#nullable disable
namespace Akka.Pattern;

public abstract class BackoffOptions
{
    private protected BackoffOptions() => throw null;
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);
    public abstract BackoffOptions WithManualReset();
    public abstract BackoffOptions WithSupervisorStrategy(Actor.OneForOneStrategy supervisorStrategy);
    public abstract BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries);
    public abstract BackoffOptions WithReplyWhileStopped(object replyWhileStopped);
    public abstract BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage);
}

public static class Backoff
{
    public static BackoffOptions OnFailure(
        Actor.Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) => throw null;
    public static BackoffOptions OnStop(
        Actor.Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) => throw null;
}

public class BackoffSupervisor : Actor.UntypedActor
{
    private protected BackoffSupervisor() => throw null;
    public static Actor.Props Props(BackoffOptions options) => throw null;
    protected override void OnReceive(object message) => throw null;

    public sealed class GetCurrentChild
    {
        private GetCurrentChild() => throw null;
        public static readonly GetCurrentChild Instance;
    }

    public sealed class CurrentChild
    {
        public CurrentChild(Actor.IActorRef @ref) => throw null;
        public Actor.IActorRef Ref => throw null;
    }

    public sealed class Reset
    {
        private Reset() => throw null;
        public static readonly Reset Instance;
    }

    public sealed class GetRestartCount
    {
        private GetRestartCount() => throw null;
        public static readonly GetRestartCount Instance;
    }

    public sealed class RestartCount
    {
        public RestartCount(int count) => throw null;
        public int Count => throw null;
    }
}
