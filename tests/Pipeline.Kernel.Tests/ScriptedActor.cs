namespace Pipeline.Kernel.Tests;

/// <summary>What a scripted actor does; filled in anew by the script for every instance, so restarts lose it like any other state.</summary>
public sealed class Script(ScriptedActor actor, IActorContext context)
{
    public IActorContext Context { get; } = context;

    public IActorRef Self => Context.Self;

    public IActorRef Sender => Context.Sender;

    public IStash Stash => actor.Stash;

    public ITimerScheduler Timers => actor.Timers;

    public Action? PreStart { get; set; }

    public Action? PostStop { get; set; }

    public Action<Exception, object?>? PreRestart { get; set; }

    public Action<Exception>? PostRestart { get; set; }

    public void On<T>(Action<T> handler) => actor.On(handler);

    public void OnAsync<T>(Func<T, Task> handler) => actor.OnAsync(handler);

    public void OnAny(Action<object> handler) => actor.On(handler);

    public void Become(Action configure) => actor.Become(configure);

    public void BasePreRestart(Exception reason, object? message) => actor.BasePreRestart(reason, message);

    public void BasePostRestart(Exception reason) => actor.BasePostRestart(reason);
}

public sealed class ScriptedActor : ReceiveActor, IWithStash, IWithTimers
{
    private readonly Script _script;
    private readonly SupervisorStrategy? _strategy;

    public ScriptedActor(Action<Script> script, SupervisorStrategy? strategy)
    {
        _strategy = strategy;
        _script = new Script(this, Context);
        script(_script);
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    internal void On<T>(Action<T> handler) => Receive(handler);

    internal void OnAsync<T>(Func<T, Task> handler) => ReceiveAsync(handler);

    internal new void Become(Action configure) => base.Become(configure);

    internal void BasePreRestart(Exception reason, object? message) => base.PreRestart(reason, message);

    internal void BasePostRestart(Exception reason) => base.PostRestart(reason);

    protected override SupervisorStrategy SupervisorStrategy() => _strategy ?? base.SupervisorStrategy();

    protected override void PreStart() => _script.PreStart?.Invoke();

    protected override void PostStop() => _script.PostStop?.Invoke();

    protected override void PreRestart(Exception reason, object? message)
    {
        if (_script.PreRestart is { } hook)
        {
            hook(reason, message);
        }
        else
        {
            base.PreRestart(reason, message);
        }
    }

    protected override void PostRestart(Exception reason)
    {
        if (_script.PostRestart is { } hook)
        {
            hook(reason);
        }
        else
        {
            base.PostRestart(reason);
        }
    }
}
