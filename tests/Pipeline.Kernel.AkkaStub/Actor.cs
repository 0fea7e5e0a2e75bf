// What of Akka.NET 1.5 the actors of this project may use: signatures only, null-oblivious as they are there. No body ever runs.
#nullable disable
namespace Akka.Actor;

public interface ICanTell
{
    void Tell(object message, IActorRef sender);
}

public interface IActorRef : ICanTell, IEquatable<IActorRef>
{
    ActorPath Path { get; }
}

public static class ActorRefs
{
    public static readonly IActorRef Nobody;
    public static readonly IActorRef NoSender;
}

public static class ActorRefImplicitSenderExtensions
{
    public static void Tell(this IActorRef receiver, object message) => throw null;
    public static void Forward(this IActorRef receiver, object message) => throw null;
}

public static class ActorRefExtensions
{
    public static bool IsNobody(this IActorRef actorRef) => throw null;
}

public sealed class Address
{
    private Address() => throw null;
    public string Protocol => throw null;
    public string System => throw null;
}

public abstract class ActorPath : IEquatable<ActorPath>
{
    private protected ActorPath() => throw null;
    public string Name => throw null;
    public abstract ActorPath Parent { get; }
    public Address Address => throw null;
    public long Uid => throw null;
    public string ToStringWithoutAddress() => throw null;
    public bool Equals(ActorPath other) => throw null;
    public override bool Equals(object obj) => throw null;
    public override int GetHashCode() => throw null;
}

public interface IActorRefFactory
{
    IActorRef ActorOf(Props props, string name = null);
    void Stop(IActorRef actor);
}

public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem() => throw null;
    public abstract string Name { get; }
    public abstract IActorRef DeadLetters { get; }
    public abstract Event.EventStream EventStream { get; }
    public abstract IScheduler Scheduler { get; }
    public abstract Event.ILoggingAdapter Log { get; }
    public abstract Task WhenTerminated { get; }
    public static ActorSystem Create(string name) => throw null;
    public abstract IActorRef ActorOf(Props props, string name = null);
    public abstract void Stop(IActorRef actor);
    public abstract Task Terminate();
    public void Dispose() => throw null;
}

public delegate bool Receive(object message);

public delegate void UntypedReceive(object message);

public interface IActorContext : IActorRefFactory
{
    IActorRef Self { get; }
    Props Props { get; }
    IActorRef Sender { get; }
    ActorSystem System { get; }
    IActorRef Parent { get; }
    TimeSpan? ReceiveTimeout { get; }
    IActorRef Child(string name);
    IEnumerable<IActorRef> GetChildren();
    IActorRef Watch(IActorRef subject);
    IActorRef WatchWith(IActorRef subject, object message);
    IActorRef Unwatch(IActorRef subject);
    void SetReceiveTimeout(TimeSpan? timeout);
    void Become(Receive receive);
    void BecomeStacked(Receive receive);
    void UnbecomeStacked();
}

public abstract class ActorBase
{
    protected static IActorContext Context => throw null;
    protected IActorRef Self => throw null;
    protected IActorRef Sender => throw null;
    protected abstract bool Receive(object message);
    protected virtual void Unhandled(object message) => throw null;
    protected virtual void PreStart() => throw null;
    protected virtual void PostStop() => throw null;
    protected virtual void PreRestart(Exception reason, object message) => throw null;
    protected virtual void PostRestart(Exception reason) => throw null;
    protected virtual SupervisorStrategy SupervisorStrategy() => throw null;
    protected void SetReceiveTimeout(TimeSpan? timeout) => throw null;
    protected void Become(Receive receive) => throw null;
    protected void BecomeStacked(Receive receive) => throw null;
    protected void UnbecomeStacked() => throw null;
}

public abstract class UntypedActor : ActorBase
{
    protected sealed override bool Receive(object message) => throw null;
    protected abstract void OnReceive(object message);
    protected void Become(UntypedReceive receive) => throw null;
    protected void BecomeStacked(UntypedReceive receive) => throw null;
}

public abstract class ReceiveActor : ActorBase
{
    protected sealed override bool Receive(object message) => throw null;
    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null) => throw null;
    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => throw null;
    protected void Receive<T>(Func<T, bool> handler) => throw null;
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T> shouldHandle = null) => throw null;
    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => throw null;
    protected void ReceiveAny(Action<object> handler) => throw null;
    protected void ReceiveAnyAsync(Func<object, Task> handler) => throw null;
    protected void Become(Action configure) => throw null;
    protected void BecomeStacked(Action configure) => throw null;
}

public class Props
{
    private protected Props() => throw null;
    public static Props Create<TActor>()
        where TActor : ActorBase, new() => throw null;
    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => throw null;
    public static Props Create<TActor>(System.Linq.Expressions.Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null)
        where TActor : ActorBase => throw null;
    public Props WithSupervisorStrategy(SupervisorStrategy strategy) => throw null;
}

public sealed class Terminated
{
    public Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated) => throw null;
    public IActorRef ActorRef => throw null;
    public bool ExistenceConfirmed => throw null;
    public bool AddressTerminated => throw null;
}

public sealed class PoisonPill
{
    private PoisonPill() => throw null;
    public static PoisonPill Instance => throw null;
}

public sealed class Kill
{
    private Kill() => throw null;
    public static Kill Instance => throw null;
}

public class ReceiveTimeout
{
    private protected ReceiveTimeout() => throw null;
    public static ReceiveTimeout Instance => throw null;
}

public abstract class Status
{
    private protected Status() => throw null;

    public sealed class Success : Status
    {
        public Success(object status) => throw null;
        public object Status => throw null;
    }

    public sealed class Failure : Status
    {
        public Failure(Exception cause) => throw null;
        public Exception Cause => throw null;
    }
}

public interface INotInfluenceReceiveTimeout;

public interface INoSerializationVerificationNeeded;

public interface IStash
{
    int Count { get; }
    bool IsFull { get; }
    void Stash();
    void Unstash();
    void UnstashAll();
    void ClearStash();
}

public interface IWithStash
{
    IStash Stash { get; set; }
}

public interface IWithUnboundedStash : IWithStash;

public interface ITimerScheduler
{
    void StartSingleTimer(object key, object msg, TimeSpan timeout);
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);
    bool IsTimerActive(object key);
    void Cancel(object key);
    void CancelAll();
}

public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

public interface IScheduler;

public interface ICancelable
{
    bool IsCancellationRequested { get; }
    void Cancel();
}

public static class SchedulerExtensions
{
    public static ICancelable ScheduleTellOnceCancelable(
        this IScheduler scheduler, TimeSpan delay, ICanTell receiver, object message, IActorRef sender) => throw null;
    public static ICancelable ScheduleTellRepeatedlyCancelable(
        this IScheduler scheduler, TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) => throw null;
}
