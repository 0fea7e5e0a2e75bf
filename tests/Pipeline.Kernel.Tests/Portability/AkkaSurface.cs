namespace Pipeline.Kernel.Tests.Portability;

/// <summary>
/// The part of Akka.NET's surface that actor sources may use: per type the members it declares or is extended with.
/// <c>PipeTo</c> extends tasks and is seen by the samples compiling.
/// </summary>
internal static class AkkaSurface
{
    public static readonly IReadOnlyDictionary<string, string[]> Members = new Dictionary<string, string>
    {
        ["Done"] = "Instance",
        ["Actor.ICanTell"] = "Tell Ask",
        ["Actor.IActorRef"] = "Path Tell Forward IsNobody GracefulStop",
        ["Actor.ActorRefs"] = "Nobody NoSender",
        ["Actor.Address"] = "Protocol System",
        ["Actor.ActorPath"] = "Name Parent Address Uid ToStringWithoutAddress",
        ["Actor.IActorRefFactory"] = "ActorOf Stop",
        ["Actor.ActorSystem"] = "Name DeadLetters EventStream Scheduler Log WhenTerminated Create ActorOf Stop Terminate Dispose",
        ["Actor.Receive"] = "Invoke BeginInvoke EndInvoke",
        ["Actor.UntypedReceive"] = "Invoke BeginInvoke EndInvoke",
        ["Actor.IActorContext"] =
            "Self Props Sender System Parent ReceiveTimeout Child GetChildren Watch WatchWith Unwatch "
            + "SetReceiveTimeout Become BecomeStacked UnbecomeStacked GetLogger",
        ["Actor.ActorBase"] =
            "Context Self Sender Receive Unhandled PreStart PostStop PreRestart PostRestart SupervisorStrategy "
            + "SetReceiveTimeout Become BecomeStacked UnbecomeStacked",
        ["Actor.UntypedActor"] = "Receive OnReceive Become BecomeStacked",
        ["Actor.ReceiveActor"] = "Receive ReceiveAsync ReceiveAny ReceiveAnyAsync Become BecomeStacked",
        ["Actor.Props"] = "Create WithSupervisorStrategy",
        ["Actor.Terminated"] = "ActorRef ExistenceConfirmed AddressTerminated",
        ["Actor.PoisonPill"] = "Instance",
        ["Actor.Kill"] = "Instance",
        ["Actor.ReceiveTimeout"] = "Instance",
        ["Actor.Status"] = "",
        ["Actor.Status.Success"] = "Status",
        ["Actor.Status.Failure"] = "Cause",
        ["Actor.INotInfluenceReceiveTimeout"] = "",
        ["Actor.INoSerializationVerificationNeeded"] = "",
        ["Actor.IStash"] = "Count IsFull Stash Unstash UnstashAll ClearStash",
        ["Actor.IWithStash"] = "Stash",
        ["Actor.IWithUnboundedStash"] = "",
        ["Actor.ITimerScheduler"] = "StartSingleTimer StartPeriodicTimer IsTimerActive Cancel CancelAll",
        ["Actor.IWithTimers"] = "Timers",
        ["Actor.IScheduler"] = "ScheduleTellOnceCancelable ScheduleTellRepeatedlyCancelable",
        ["Actor.ICancelable"] = "IsCancellationRequested Cancel",
        ["Actor.Directive"] = "Resume Restart Escalate Stop When",
        ["Actor.IDecider"] = "Decide",
        ["Actor.Decider"] = "From",
        ["Actor.SupervisorStrategy"] = "DefaultDecider DefaultStrategy StoppingStrategy Decider",
        ["Actor.OneForOneStrategy"] = "Decider",
        ["Actor.ActorInitializationException"] = "Actor",
        ["Actor.PreRestartException"] = "",
        ["Actor.PostRestartException"] = "",
        ["Actor.ActorKilledException"] = "",
        ["Actor.DeathPactException"] = "DeadActor",
        ["Actor.InvalidActorNameException"] = "",
        ["Actor.AskTimeoutException"] = "",
        ["Actor.StashOverflowException"] = "",
        ["Actor.IllegalActorStateException"] = "",
        ["Actor.CoordinatedShutdown"] =
            "PhaseBeforeServiceUnbind PhaseServiceUnbind PhaseServiceRequestsDone PhaseServiceStop "
            + "PhaseBeforeClusterShutdown PhaseClusterShardingShutdownRegion PhaseClusterLeave PhaseClusterExiting "
            + "PhaseClusterExitingDone PhaseClusterShutdown PhaseBeforeActorSystemTerminate "
            + "PhaseActorSystemTerminate ShutdownReason Get AddTask Run",
        ["Actor.CoordinatedShutdown.Reason"] = "",
        ["Actor.CoordinatedShutdown.UnknownReason"] = "Instance",
        ["Actor.CoordinatedShutdown.ActorSystemTerminateReason"] = "Instance",
        ["Actor.CoordinatedShutdown.ClrExitReason"] = "Instance",
        ["Event.IDeadLetterSuppression"] = "",
        ["Event.AllDeadLetters"] = "Message Sender Recipient",
        ["Event.DeadLetter"] = "",
        ["Event.SuppressedDeadLetter"] = "",
        ["Event.Dropped"] = "Reason",
        ["Event.UnhandledMessage"] = "Message Sender Recipient",
        ["Event.EventStream"] = "Subscribe Unsubscribe Publish",
        ["Event.ILoggingAdapter"] = "IsDebugEnabled IsInfoEnabled IsWarningEnabled IsErrorEnabled Debug Info Warning Error",
        ["Pattern.BackoffOptions"] =
            "WithAutoReset WithManualReset WithSupervisorStrategy WithMaxNrOfRetries WithReplyWhileStopped "
            + "WithFinalStopMessage",
        ["Pattern.Backoff"] = "OnFailure OnStop",
        ["Pattern.BackoffSupervisor"] = "Props OnReceive",
        ["Pattern.BackoffSupervisor.GetCurrentChild"] = "Instance",
        ["Pattern.BackoffSupervisor.CurrentChild"] = "Ref",
        ["Pattern.BackoffSupervisor.Reset"] = "Instance",
        ["Pattern.BackoffSupervisor.GetRestartCount"] = "Instance",
        ["Pattern.BackoffSupervisor.RestartCount"] = "Count",
    }.ToDictionary(static entry => entry.Key, static entry => entry.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
