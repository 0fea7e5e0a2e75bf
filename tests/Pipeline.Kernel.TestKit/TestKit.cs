using Xunit.Sdk;

namespace Pipeline.Kernel.TestKit;

/// <summary>
/// Base of a test class: an actor system of its own on a clock the test moves, ended with the test. Expectations wait in real time,
/// everything the actors time (timers, timeouts, back-off, ask) goes by <see cref="Time"/>.
/// </summary>
public abstract class TestKit : TestKitBase, IDisposable
{
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    private readonly TestLog _log;
    private int _probes;

    protected TestKit()
        : this(new ActorSystemSettings())
    {
    }

    /// <param name="settings">Kernel only. A clock given here is used instead of a manual one; the log is always the test's.</param>
    protected TestKit(ActorSystemSettings settings)
        : this(Prepare(settings, out ManualTimeProvider time, out TestLog log), time, log)
    {
    }

    private TestKit(ActorSystem system, ManualTimeProvider time, TestLog log)
        : base(system, "testActor")
    {
        Time = time;
        _log = log;
        EventFilter = new EventFilterFactory(log, this);
    }

    /// <summary>The clock of the system.</summary>
    public ManualTimeProvider Time { get; }

    public EventFilterFactory EventFilter { get; }

    public IActorRef ActorOf(Props props, string? name = null) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    public TestProbe CreateTestProbe(string? name = null)
    {
        int number = Interlocked.Increment(ref _probes);
        return new TestProbe(Sys, name ?? $"testProbe{number}");
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the system, and fails the test when it does not end.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        Task end = Sys.Terminate();
        DateTimeOffset limit = TimeProvider.System.GetUtcNow() + ShutdownLimit;
        while (!end.Wait(TimeSpan.FromMilliseconds(100)))
        {
            if (TimeProvider.System.GetUtcNow() > limit)
            {
                throw new XunitException($"The actor system did not end within {ShutdownLimit}.");
            }

            // Handlers that never end and shutdown tasks that hang are cut off by the clock, which nobody else moves any more.
            Time.Advance(TimeSpan.FromSeconds(5));
        }
    }

    private static ActorSystem Prepare(ActorSystemSettings settings, out ManualTimeProvider time, out TestLog log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        log = new TestLog();
        time = settings.Time as ManualTimeProvider ?? new ManualTimeProvider();
        return ActorSystem.Create("test", settings with
        {
            Time = ReferenceEquals(settings.Time, TimeProvider.System) ? time : settings.Time,
            LoggerFactory = log,
            RefuseAskingOwnChildren = true,
        });
    }
}
