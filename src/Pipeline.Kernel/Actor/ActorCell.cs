using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>
/// The running side of an actor: the instance behind the reference, its behaviour and the message it is handling.
/// Everything here happens on the actor's turn, one thread at a time, unless a member says otherwise.
/// The other concerns are in the parts Children, Faults, DeathWatch, Async, Timeout and Inspection.
/// </summary>
internal sealed partial class ActorCell : IActorContext
{
    [ThreadStatic]
    private static ActorCell? _running;

    private ActorBase? _actor;
    private InstanceState _instance;
    private bool _constructing;
    private bool _terminating;
    private Receive? _behaviour;
    private Stack<Receive>? _outerBehaviours;
    private Envelope? _current;
    private object? _message;
    private TimerScheduler? _timers;
    private StashBuffer? _stash;

    public ActorCell(ActorSystem system, LocalActorRef self, Props props, InternalActorRef parent)
    {
        System = system;
        Self = self;
        Props = props;
        ParentRef = parent;
        Mailbox = new Mailbox(this, system.Dispatcher);
        _madeAt = system.Time.GetTimestamp();
    }

    /// <summary>How far the instance behind the reference has come; decides which hooks are still owed to it.</summary>
    private enum InstanceState : byte
    {
        /// <summary>None: not created yet, or its creation failed.</summary>
        Missing,

        /// <summary>Built by a restart whose hooks have not succeeded: PostStop is owed, PreRestart is not.</summary>
        Unready,

        Live,

        /// <summary>PreRestart has been called: nothing more is owed.</summary>
        Retired,
    }

    /// <summary>The actor whose turn this thread is running.</summary>
    public static ActorCell? Current => _running;

    public ActorSystem System { get; }

    public LocalActorRef Self { get; }

    public Props Props { get; }

    public InternalActorRef ParentRef { get; }

    public Mailbox Mailbox { get; }

    public IActorRef Sender => _current?.Sender ?? System.DeadLetters;

    public Envelope? CurrentEnvelope => _current;

    IActorRef IActorContext.Self => Self;

    IActorRef IActorContext.Parent => ParentRef;

    public static ActorCell? Enter(ActorCell cell)
    {
        ActorCell? outer = _running;
        _running = cell;
        return outer;
    }

    public static void Leave(ActorCell? outer) => _running = outer;

    /// <summary>True once per construction: an instance cannot be built by hand, not even inside of another's constructor.</summary>
    public bool TryClaimConstruction()
    {
        bool claimed = _constructing;
        _constructing = false;
        return claimed;
    }

    public TimerScheduler NewTimers() => _timers = new TimerScheduler(Self, System.Scheduler);

    public void Invoke(Envelope envelope)
    {
        _current = envelope;
        _message = envelope.Message;
        try
        {
            if (envelope.Message is IAutoReceivedMessage)
            {
                AutoReceive(envelope);
            }
            else
            {
                Deliver(envelope.Message);
            }
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }

        if (_handler is null)
        {
            EndMessage();
        }
    }

    public void Become(Receive receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        _behaviour = receive;
    }

    public void BecomeStacked(Receive receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        (_outerBehaviours ??= new Stack<Receive>()).Push(_behaviour!);
        _behaviour = receive;
    }

    public void UnbecomeStacked()
    {
        if (_outerBehaviours is { Count: > 0 } outer)
        {
            _behaviour = outer.Pop();
        }
    }

    private void AutoReceive(Envelope envelope)
    {
        switch (envelope.Message)
        {
            case Terminated terminated:
                _message = ClaimTerminated(terminated) ? terminated.Substitute ?? terminated : null;
                break;
            case TimerMessage timerMessage:
                // A stash must keep what was delivered, not the wrapper whose generation is used up.
                _message = _timers is not null && _timers.TryAccept(timerMessage) ? timerMessage.Message : null;
                _current = _message is null ? null : new Envelope(_message, envelope.Sender);
                break;
            case PoisonPill:
                _message = null;
                Self.Stop();
                return;
            case Kill:
                throw new ActorKilledException("Kill");
        }

        if (_message is not null)
        {
            Deliver(_message);
        }
    }

    private void Deliver(object message)
    {
        if (!_behaviour!(message))
        {
            _actor!.InvokeUnhandled(message);
        }
    }

    private void EndMessage()
    {
        if (_receiveTimeout is not null)
        {
            RestartReceiveTimeout(_message);
        }

        _current = null;
        _message = null;
    }

    /// <summary>Builds an instance; on return it has its stash and its initial behaviour.</summary>
    private void BuildInstance()
    {
        _outerBehaviours = null;
        _constructing = true;
        try
        {
            _actor = Props.NewActor();
            if (_constructing)
            {
                throw new InvalidOperationException("Props must build a new instance each time.");
            }
        }
        finally
        {
            _constructing = false;
        }

        _instance = InstanceState.Unready;
        _actor.ConstructionCompleted();
        if (_actor is IWithStash withStash)
        {
            _stash = new StashBuffer(this, withStash is IWithUnboundedStash ? int.MaxValue : System.Settings.StashCapacity);
            withStash.Stash = _stash;
        }
    }

    /// <summary>Lets go of what belongs to the instance rather than to the actor. The instance itself is kept until it is replaced.</summary>
    private void DropInstance()
    {
        _timers?.CancelAll();
        _timers = null;
        _stash?.UnstashAll();
        _stash = null;
        if (_actor is IDisposable disposable)
        {
            try
            {
                disposable.Dispose();
            }
            catch (Exception cause)
            {
                System.KernelLog.HookFailed(cause, nameof(IDisposable.Dispose), Self.Path);
            }
        }

        _instance = InstanceState.Retired;
    }
}
