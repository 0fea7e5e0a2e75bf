namespace Pipeline.Actors.AkkaPortability.Samples;

/// <summary>Uses every member of the actor surface that sources may use; compiled against the kernel by the kernel's tests, and against the stub here.</summary>
internal sealed class SampleReceiveActor : ReceiveActor, IWithUnboundedStash, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public SampleReceiveActor(IActorRef other)
    {
        Receive<string>(text => Sender.Tell(text));
        Receive<string>(text => other.Forward(text), text => text.Length > 1);
        Receive<int>(number => number > 2, number => Self.Tell(number, ActorRefs.NoSender));
        Receive<long>(number => number > 3);
        ReceiveAsync<byte>(async _ => await Task.Yield());
        ReceiveAsync<short>(number => number > 1, async _ => await Task.Yield());
        Receive<Terminated>(ended => _log.Info("{0} {1} {2}", ended.ActorRef, ended.ExistenceConfirmed, ended.AddressTerminated));
        Receive<ReceiveTimeout>(_ => Become(Second));
        Receive<Status.Failure>(failure => _log.Error(failure.Cause, "failed"));
        Receive<Status.Success>(success => _log.Debug("{0}", success.Status));
        ReceiveAny(Unhandled);
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props CreateProps(IActorRef other) => Props.Create(() => new SampleReceiveActor(other));

    protected override void PreStart()
    {
        Timers.StartSingleTimer("single", PoisonPill.Instance, TimeSpan.FromSeconds(1));
        Timers.StartPeriodicTimer("periodic", Kill.Instance, TimeSpan.FromSeconds(1));
        Timers.StartPeriodicTimer("delayed", new Neutral(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        if (Timers.IsTimerActive("single"))
        {
            Timers.Cancel("single");
        }

        Timers.CancelAll();
        SetReceiveTimeout(TimeSpan.FromSeconds(1));
        Context.SetReceiveTimeout(Context.ReceiveTimeout);
        IActorRef child = Context.ActorOf(Props.Create<SampleUntypedActor>().WithSupervisorStrategy(SupervisorStrategy()), "child");
        Context.Watch(child);
        Context.Unwatch(child);
        Context.WatchWith(child, "gone");
        if (!Context.Child("child").IsNobody())
        {
            Context.Stop(Context.Child("child"));
        }

        foreach (IActorRef each in Context.GetChildren())
        {
            _log.Warning("{0} {1} {2}", each.Path.Name, each.Path.Parent.Name, each.Path.Address);
        }

        _log.Warning(new InvalidOperationException(), "{0} {1}", Self.Path.Uid, Self.Path.ToStringWithoutAddress());
        _log.Error("{0} {1} {2} {3}", Context.Self, Context.Parent, Context.Props, Context.Sender);
        _ = _log.IsDebugEnabled && _log.IsInfoEnabled && _log.IsWarningEnabled && _log.IsErrorEnabled;
    }

    protected override void PostStop() => Stash.ClearStash();

    protected override void PreRestart(Exception reason, object? message) => base.PreRestart(reason, message);

    protected override void PostRestart(Exception reason) => base.PostRestart(reason);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        3,
        TimeSpan.FromMinutes(1),
        cause => cause switch
        {
            ActorInitializationException or ActorKilledException or DeathPactException => Directive.Stop,
            StashOverflowException or IllegalActorStateException or InvalidActorNameException => Directive.Resume,
            AskTimeoutException => Directive.Escalate,
            _ => Directive.Restart,
        });

    private void Second()
    {
        Receive<string>(_ => Stash.Stash(), _ => !Stash.IsFull && Stash.Count < 10);
        Receive<int>(_ => Stash.Unstash());
        Receive<long>(_ =>
        {
            Stash.UnstashAll();
            UnbecomeStacked();
        });
        Receive<Task<string>>(task =>
        {
            task.PipeTo(Self, Self, text => text, cause => new Status.Failure(cause));
            Task.CompletedTask.PipeTo(Self, success: () => Done.Instance);
            BecomeStacked(Second);
        });
        ReceiveAnyAsync(async _ => await Task.Yield());
    }

    private sealed record Neutral : INotInfluenceReceiveTimeout, INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

internal sealed class SampleUntypedActor : UntypedActor
{
    private static readonly IDecider OwnDecider = Decider.From(Directive.Restart, Directive.Stop.When<ArgumentException>());

    protected override void OnReceive(object message)
    {
        Become(OnReceive);
        BecomeStacked(OnReceive);
        UnbecomeStacked();
        Context.Become(text => text is string);
        Context.BecomeStacked(_ => true);
        Context.UnbecomeStacked();
        Unhandled(message);
    }

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(null, null, OwnDecider.Decide(new FormatException()) == Directive.Stop ? OwnDecider : Decider.From(_ => Directive.Stop));
}

internal static class SampleEdge
{
    public static async Task UseSystem(CancellationToken cancellationToken)
    {
        using ActorSystem system = ActorSystem.Create("sample");
        IActorRef actor = system.ActorOf(SampleReceiveActor.CreateProps(ActorRefs.Nobody), system.Name);
        string answer = await actor.Ask<string>("question", TimeSpan.FromSeconds(1), cancellationToken);
        actor.Tell(answer);
        Type channel = typeof(UnhandledMessage);
        system.EventStream.Subscribe(actor, channel);
        system.EventStream.Unsubscribe(actor, channel);
        system.EventStream.Subscribe<DeadLetter>(actor);
        system.EventStream.Publish(new Dropped(answer, "sample", actor, system.DeadLetters));
        system.EventStream.Unsubscribe<DeadLetter>(actor);
        system.EventStream.Unsubscribe(actor);
        ICancelable once = system.Scheduler.ScheduleTellOnceCancelable(TimeSpan.Zero, actor, answer, ActorRefs.NoSender);
        ICancelable often = system.Scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.Zero, TimeSpan.FromSeconds(1), actor, answer, actor);
        if (!once.IsCancellationRequested)
        {
            often.Cancel();
        }

        BackoffOptions options = Backoff.OnFailure(
            SampleReceiveActor.CreateProps(actor), "child", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), 0.2, -1);
        system.ActorOf(BackoffSupervisor.Props(options
            .WithAutoReset(TimeSpan.FromMinutes(1))
            .WithMaxNrOfRetries(5)
            .WithReplyWhileStopped("closed")
            .WithFinalStopMessage(message => message is string)
            .WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Restart))));
        system.ActorOf(BackoffSupervisor.Props(Backoff.OnStop(
            Props.Create<SampleUntypedActor>(), "child", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), 0, 3).WithManualReset()));
        system.Log.Info("{0}", await actor.GracefulStop(TimeSpan.FromSeconds(1)));
        system.Stop(actor);
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "sample", () => Task.FromResult(Done.Instance));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);
        await system.Terminate();
        await system.WhenTerminated;
    }
}
