namespace Pipeline.Kernel.Actor;

/// <summary>
/// The end of a system in phases, one after the other; the tasks of a phase run in parallel. A task that fails or takes too long is logged
/// and passed over. Runs once; the last phase ends the actors. Any thread.
/// </summary>
public sealed class CoordinatedShutdown
{
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

    private static readonly TimeSpan ShortPhase = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongPhase = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _system;
    private readonly Lock _gate = new();
    private readonly Phase[] _phases =
    [
        new(PhaseBeforeServiceUnbind, ShortPhase),
        new(PhaseServiceUnbind, ShortPhase),
        new(PhaseServiceRequestsDone, ShortPhase),
        new(PhaseServiceStop, ShortPhase),
        new(PhaseBeforeClusterShutdown, ShortPhase),
        new(PhaseClusterShardingShutdownRegion, LongPhase),
        new(PhaseClusterLeave, ShortPhase),
        new(PhaseClusterExiting, LongPhase),
        new(PhaseClusterExitingDone, ShortPhase),
        new(PhaseClusterShutdown, ShortPhase),
        new(PhaseBeforeActorSystemTerminate, ShortPhase),
        new(PhaseActorSystemTerminate, LongPhase),
    ];

    private Task<Done>? _run;

    internal CoordinatedShutdown(ActorSystem system)
    {
        _system = system;
        AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
        {
            _system.StopUserActors();
            await _system.WhenTerminated.ConfigureAwait(false);
            return Done.Instance;
        });
    }

    /// <summary>Why the system ends; null as long as it does not.</summary>
    public Reason? ShutdownReason { get; private set; }

    public static CoordinatedShutdown Get(ActorSystem sys)
    {
        ArgumentNullException.ThrowIfNull(sys);
        return sys.Shutdown;
    }

    /// <summary>Adds work to a phase that has not begun yet; in one that has, it will not run.</summary>
    /// <exception cref="ArgumentException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskName);
        ArgumentNullException.ThrowIfNull(task);
        lock (_gate)
        {
            _phases[IndexOf(phase)].Tasks.Add((taskName, task));
        }
    }

    /// <summary>Starts the shutdown, or gives the one that is running already.</summary>
    /// <param name="reason">Kept in <see cref="ShutdownReason"/>.</param>
    /// <param name="fromPhase">Earlier phases are left out.</param>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (_gate)
        {
            if (_run is null)
            {
                int first = fromPhase is null ? 0 : IndexOf(fromPhase);
                ShutdownReason = reason;
                _system.KernelLog.ShutdownBegins(reason.ToString());
                _run = Task.Run(() => RunFrom(first));
            }

            return _run;
        }
    }

    private async Task<Done> RunFrom(int first)
    {
        foreach (Phase phase in _phases.AsMemory(first).ToArray())
        {
            Task[] tasks;
            lock (_gate)
            {
                tasks = [.. phase.Tasks.Select(task => Guarded(phase, task.Name, task.Run))];
            }

            try
            {
                await Task.WhenAll(tasks).WaitAsync(phase.Timeout, _system.Time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _system.KernelLog.ShutdownPhaseTimedOut(phase.Name, phase.Timeout);
            }
        }

        return Done.Instance;
    }

    private async Task Guarded(Phase phase, string name, Func<Task<Done>> run)
    {
        try
        {
            await Task.Run(run).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            _system.KernelLog.ShutdownTaskFailed(cause, phase.Name, name);
        }
    }

    private int IndexOf(string phase)
    {
        int index = Array.FindIndex(_phases, known => known.Name == phase);
        return index >= 0 ? index : throw new ArgumentException($"Unknown phase [{phase}].", nameof(phase));
    }

    /// <summary>Why a system ends.</summary>
    public class Reason
    {
        protected Reason()
        {
        }

        public override string ToString() => GetType().Name;
    }

    public sealed class UnknownReason : Reason
    {
        private UnknownReason()
        {
        }

        public static Reason Instance { get; } = new UnknownReason();
    }

    public sealed class ActorSystemTerminateReason : Reason
    {
        private ActorSystemTerminateReason()
        {
        }

        public static Reason Instance { get; } = new ActorSystemTerminateReason();
    }

    /// <summary>The process was told to end.</summary>
    public sealed class ClrExitReason : Reason
    {
        private ClrExitReason()
        {
        }

        public static Reason Instance { get; } = new ClrExitReason();
    }

    private sealed record Phase(string Name, TimeSpan Timeout)
    {
        public List<(string Name, Func<Task<Done>> Run)> Tasks { get; } = [];
    }
}
