namespace Pipeline.Actors.Verification;

/// <summary>Runs one check of one message and tells its parent how it ended, once, within the deadline.</summary>
/// <remarks>
/// Messages in: its own task's end, its own deadline. Out: <see cref="Finished"/> to the parent. A check that throws or is late ends with the plan's stated
/// failure. Nothing survives a restart, so there is none: the parent's strategy is to stop, and its watch turns a stop into a failure.
/// </remarks>
internal sealed class CheckActor : ReceiveActor, IWithTimers
{
    private readonly CheckPlan _plan;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cancel = new();
    private readonly long _started;

    public CheckActor(CheckPlan plan, TimeProvider time)
    {
        _plan = plan;
        _time = time;
        _started = time.GetTimestamp();
        Receive<Ended>(message => Finish(message.Result));
        Receive<Late>(_ => Finish(_plan.Failed($"no result within {_plan.Deadline.TotalSeconds:0.#} s")));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props CreateProps(CheckPlan plan, TimeProvider time) => Props.Create(() => new CheckActor(plan, time));

    protected override void PreStart()
    {
        Timers.StartSingleTimer(Late.Instance, Late.Instance, _plan.Deadline);
        var plan = _plan;
        PortCall.Start(() => plan.Run(_cancel.Token)).PipeTo(Self, Self, result => new Ended(result), error => new Ended(plan.Failed(error.Message)));
    }

    protected override void PostStop() => _cancel.Cancel();

    private void Finish(CheckResult result)
    {
        Context.Parent.Tell(new Finished(_plan.Check, result, _time.GetElapsedTime(_started)));
        Context.Stop(Self);
    }

    /// <summary>To the parent: the check has its result.</summary>
    internal sealed record Finished(string Check, CheckResult Result, TimeSpan Elapsed);

    private sealed record Ended(CheckResult Result);

    private sealed record Late
    {
        public static Late Instance { get; } = new();
    }
}
