using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Pattern;

/// <summary>
/// Stands before one child: passes messages on to it, and its messages to the parent upwards, and creates it anew after
/// min(max, min x 2^n) x (1 + random x factor) when it has gone. Messages in the gap are answered by a fixed reply or are dead letters.
/// </summary>
public sealed class BackoffSupervisor : UntypedActor, IWithTimers
{
    private readonly BackoffOptions _options;
    private IActorRef? _child;
    private int _restarts;
    private bool _restartDecided;
    private bool _finalStop;

    internal BackoffSupervisor(BackoffOptions options) => _options = options;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(BackoffOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Actor.Props.Create(() => new BackoffSupervisor(options));
    }

    protected override void PreStart() => CreateChild();

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
    {
        Directive directive = _options.Strategy.Decider.Decide(cause);
        if (directive != Directive.Restart)
        {
            return directive;
        }

        _restartDecided = true;
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(_child):
                ChildEnded();
                break;
            case CreateChildNow:
                CreateChild();
                break;
            case QuietTimeOver quiet:
                _restarts = quiet.Restarts == _restarts ? 0 : _restarts;
                break;
            case Reset when _options.AutoReset is null:
                _restarts = 0;
                break;
            case GetRestartCount:
                Sender.Tell(new RestartCount(_restarts));
                break;
            case GetCurrentChild:
                Sender.Tell(new CurrentChild(_child ?? ActorRefs.Nobody));
                break;
            default:
                PassOn(message);
                break;
        }
    }

    private void PassOn(object message)
    {
        if (_child is null)
        {
            if (_options.ReplyWhileStopped is { } reply)
            {
                Sender.Tell(reply);
            }
            else
            {
                Context.System.DeadLetters.Forward(message);
            }
        }
        else if (_child.Equals(Sender))
        {
            Context.Parent.Forward(message);
        }
        else
        {
            _finalStop |= _options.FinalStopMessage?.Invoke(message) ?? false;
            _child.Forward(message);
        }
    }

    private void CreateChild()
    {
        _child = Context.Watch(Context.ActorOf(_options.ChildProps, _options.ChildName));
        if (_options.AutoReset is { } quiet)
        {
            Timers.StartSingleTimer(typeof(QuietTimeOver), new QuietTimeOver(_restarts), quiet);
        }
    }

    private void ChildEnded()
    {
        _child = null;
        Timers.Cancel(typeof(QuietTimeOver));
        bool again = (_options.OnStop || _restartDecided) && !_finalStop;
        _restartDecided = false;
        if (!again || (_options.MaxNrOfRetries >= 0 && _restarts >= _options.MaxNrOfRetries))
        {
            Context.Stop(Self);
            return;
        }

        Timers.StartSingleTimer(typeof(CreateChildNow), CreateChildNow.Instance, Delay());
        _restarts++;
    }

    private TimeSpan Delay()
    {
        double grown = Math.Min(_options.MaxBackoff.Ticks, _options.MinBackoff.Ticks * Math.Pow(2, _restarts));
        double random = _options.RandomFactor > 0 ? Context.System.Settings.NextRandom() * _options.RandomFactor : 0;
        return TimeSpan.FromTicks((long)Math.Min(TimeSpan.MaxValue.Ticks / 2, grown * (1 + random)));
    }

    /// <summary>Asks for <see cref="CurrentChild"/>.</summary>
    public sealed class GetCurrentChild
    {
        private GetCurrentChild()
        {
        }

        public static GetCurrentChild Instance { get; } = new();
    }

    /// <param name="actorRef">The child, or nobody in the gap between two.</param>
    public sealed class CurrentChild(IActorRef actorRef)
    {
        public IActorRef Ref { get; } = actorRef;
    }

    /// <summary>Forgets earlier failures; only with manual reset.</summary>
    public sealed class Reset
    {
        private Reset()
        {
        }

        public static Reset Instance { get; } = new();
    }

    /// <summary>Asks for <see cref="RestartCount"/>.</summary>
    public sealed class GetRestartCount
    {
        private GetRestartCount()
        {
        }

        public static GetRestartCount Instance { get; } = new();
    }

    public sealed class RestartCount(int count)
    {
        public int Count { get; } = count;
    }

    private sealed class CreateChildNow : INotInfluenceReceiveTimeout
    {
        public static CreateChildNow Instance { get; } = new();
    }

    private sealed record QuietTimeOver(int Restarts);
}
