using Microsoft.Extensions.Logging;
using Pipeline.Kernel.Dispatch;
using Pipeline.Kernel.Event;

namespace Pipeline.Kernel.Actor;

/// <summary>A tree of actors with its clock, log, event stream and end.</summary>
public sealed class ActorSystem : IActorRefFactory, IDisposable
{
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LocalActorRef _user;
    private readonly LocalActorRef _system;
    private readonly long _madeAt;
    private long _uid;

    private ActorSystem(string name, ActorSystemSettings settings)
    {
        Name = name;
        Settings = settings;
        Time = settings.Time;
        _madeAt = Time.GetTimestamp();
        LoggerFactory = settings.LoggerFactory;
        KernelLog = LoggerFactory.CreateLogger("Pipeline.Kernel");
        Log = new LoggerAdapter(KernelLog, name);
        Dispatcher = settings.CreateDispatcher(settings.Throughput);
        EventStream = new EventStream();
        Scheduler = new TimeProviderScheduler(Time);
        ActorPath root = ActorPath.Root(new Address("akka", name));
        DeadLetterOffice = new DeadLetterRef(this, root.Child("deadLetters", NextUid()));
        TempPath = root.Child("temp", 0);
        Shutdown = new CoordinatedShutdown(this);
        var above = new RootRef(this, root);
        _system = new LocalActorRef(this, Props.Create<Guardian>(), above, root.Child("system", NextUid()));
        _user = new LocalActorRef(this, Props.Create<Guardian>(), above, root.Child("user", NextUid()));
        _system.Cell.Mailbox.Start();
        _user.Cell.Mailbox.Start();
    }

    public string Name { get; }

    public EventStream EventStream { get; }

    public IScheduler Scheduler { get; }

    public ILoggingAdapter Log { get; }

    public IActorRef DeadLetters => DeadLetterOffice;

    /// <summary>Completes when every actor has stopped.</summary>
    public Task WhenTerminated => _terminated.Task;

    internal ActorSystemSettings Settings { get; }

    internal TimeProvider Time { get; }

    internal ILoggerFactory LoggerFactory { get; }

    internal ILogger KernelLog { get; }

    internal MessageDispatcher Dispatcher { get; }

    internal DeadLetterRef DeadLetterOffice { get; }

    /// <summary>Parent of the references that stand for one awaited answer.</summary>
    internal ActorPath TempPath { get; }

    internal CoordinatedShutdown Shutdown { get; }

    /// <summary>The two tops of the tree.</summary>
    internal LocalActorRef[] Guardians => [_user, _system];

    internal TimeSpan Uptime => Time.GetElapsedTime(_madeAt);

    internal ActorCell UserGuardian => _user.Cell;

    public static ActorSystem Create(string name) => Create(name, new ActorSystemSettings());

    /// <summary>Kernel only: for hosts and tests, never for actors.</summary>
    public static ActorSystem Create(string name, ActorSystemSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (string.IsNullOrEmpty(name) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new ArgumentException($"Illegal actor system name [{name}]: ASCII letters, digits, - and _.", nameof(name));
        }

        return new ActorSystem(name, settings);
    }

    public IActorRef ActorOf(Props props, string? name = null) => _user.Cell.ActorOf(props, name);

    /// <summary>An actor beside those of the application, which it outlives.</summary>
    internal IActorRef SystemActorOf(Props props, string? name = null) => _system.Cell.ActorOf(props, name);

    public void Stop(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ((InternalActorRef)actor).Stop();
    }

    /// <summary>Ends the system through its coordinated shutdown.</summary>
    public Task Terminate()
    {
        Shutdown.Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        return WhenTerminated;
    }

    public void Dispose() => Terminate();

    internal long NextUid() => Interlocked.Increment(ref _uid);

    internal void StopUserActors() => _user.Stop();

    internal void PublishUnhandled(object message, IActorRef sender, IActorRef recipient)
    {
        EventStream.Publish(new UnhandledMessage(message, sender, recipient));
        KernelLog.Unhandled(message.GetType().Name, sender.Path, recipient.Path);
    }

    /// <summary>User actors first, then those of the system, then the end.</summary>
    internal void GuardianTerminated(InternalActorRef guardian)
    {
        if (ReferenceEquals(guardian, _user))
        {
            _system.Stop();
        }
        else
        {
            _terminated.TrySetResult();
        }
    }

    internal void GuardianFailed(InternalActorRef guardian, Exception cause)
    {
        KernelLog.SystemFailed(cause, guardian.Path);
        Terminate();
    }
}
