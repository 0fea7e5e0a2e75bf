using System.Collections.Concurrent;

namespace Pipeline.Kernel.Tests.Actor;

public sealed class CoordinatedShutdownSpec : KernelSpec
{
    private static readonly string[] Phases =
    [
        "before-service-unbind", "service-unbind", "service-requests-done", "service-stop", "before-cluster-shutdown",
        "cluster-sharding-shutdown-region", "cluster-leave", "cluster-exiting", "cluster-exiting-done", "cluster-shutdown",
        "before-actor-system-terminate", "actor-system-terminate",
    ];

    private readonly ConcurrentQueue<string> _ran = new();

    [Fact]
    public async Task Phases_run_in_order_and_the_last_ends_the_system()
    {
        ActorSystem system = SystemOn(2);
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(system);
        foreach (string phase in Phases.Reverse())
        {
            shutdown.AddTask(phase, "note", () => Note(phase));
        }

        Assert.Null(shutdown.ShutdownReason);
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Patience);
        Assert.Equal(Phases, _ran);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, shutdown.ShutdownReason);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Tasks_of_a_phase_run_at_the_same_time()
    {
        ActorSystem system = SystemOn(2);
        var both = new TaskCompletionSource();
        int arrived = 0;
        for (int i = 0; i < 2; i++)
        {
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, $"task{i}", async () =>
            {
                if (Interlocked.Increment(ref arrived) == 2)
                {
                    both.SetResult();
                }

                await both.Task;
                return Done.Instance;
            });
        }

        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Task_that_fails_or_takes_too_long_is_logged_and_passed_over()
    {
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(Sys);
        var started = new TaskCompletionSource();
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => throw new FormatException("unbind"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "hangs", () =>
        {
            started.SetResult();
            return new TaskCompletionSource<Done>().Task;
        });
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "late", () => Note("late"));
        Task<Done>? run = null;
        await EventFilter.Exception<FormatException>("unbind").ExpectOneAsync(() =>
        {
            run = shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        });
        await started.Task.WaitAsync(Patience);
        await AwaitConditionAsync(() => Task.FromResult(Time.ActiveTimers == 1));
        Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(run!.IsCompleted);
        Assert.Empty(_ran);
        await EventFilter.Warning("service-stop took longer").ExpectOneAsync(() => Time.Advance(TimeSpan.FromSeconds(0.1)));
        await run.WaitAsync(Patience);
        Assert.Equal(["late"], _ran);
    }

    [Fact]
    public async Task Later_phases_may_still_be_filled_while_it_runs()
    {
        ActorSystem system = SystemOn(2);
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "adds", () =>
        {
            shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "added", () => Note("added"));
            return Task.FromResult(Done.Instance);
        });
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance).WaitAsync(Patience);
        Assert.Equal(["added"], _ran);
    }

    [Fact]
    public async Task Running_twice_and_terminating_meanwhile_is_one_run()
    {
        ActorSystem system = SystemOn(2);
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () => Note("once"));
        Task<Done> first = shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        Task end = system.Terminate();
        Assert.Same(first, shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance));
        await first.WaitAsync(Patience);
        await end.WaitAsync(Patience);
        Assert.Equal(["once"], _ran);
        Assert.Same(CoordinatedShutdown.UnknownReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task Earlier_phases_can_be_left_out()
    {
        ActorSystem system = SystemOn(2);
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(system);
        foreach (string phase in Phases)
        {
            shutdown.AddTask(phase, "note", () => Note(phase));
        }

        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance, CoordinatedShutdown.PhaseClusterShutdown).WaitAsync(Patience);
        Assert.Equal(Phases.Skip(9), _ran);
    }

    [Fact]
    public void Unknown_phase_is_refused() => Assert.Throws<ArgumentException>(
        () => CoordinatedShutdown.Get(Sys).AddTask("no-such-phase", "x", () => Note("x")));

    [Fact]
    public async Task User_actors_end_before_system_actors()
    {
        ActorSystem system = SystemOn(2);
        system.SystemActorOf(Act(a => a.PostStop = () => _ran.Enqueue("system")));
        IActorRef user = system.ActorOf(Act(a =>
        {
            a.PostStop = () => _ran.Enqueue("user");
            a.OnAny(m => a.Sender.Tell(m));
        }));
        await user.Ask<string>("started", Second);
        await system.Terminate().WaitAsync(Patience);
        Assert.Equal(["user", "system"], _ran);
    }

    private Task<Done> Note(string what)
    {
        _ran.Enqueue(what);
        return Task.FromResult(Done.Instance);
    }
}
