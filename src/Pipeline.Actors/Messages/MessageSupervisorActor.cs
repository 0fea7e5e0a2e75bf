using Pipeline.Faults;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>Parent of every message that is in this node's hands: opens transactions, claims due work from the store, carries out what operators ask.</summary>
/// <remarks>
/// Messages in: <see cref="MessageProtocol.OpenTransaction"/> from sessions, <see cref="MessageProtocol.MessageEnded"/> and the end of children, timers, operators.
/// A child that fails is stopped and its message released after a pause, to be claimed anew; a restart of this actor would lose nothing either,
/// since the store knows every claim of this epoch's owner.
/// </remarks>
internal sealed class MessageSupervisorActor : ReceiveActor, IWithTimers
{
    private readonly MessageServices _services;
    private readonly IActorRef _delivery;
    private readonly HashSet<string> _endedInGoodOrder = new(StringComparer.Ordinal);
    private readonly HashSet<string> _resumed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredMessage> _claimedTooEarly = new(StringComparer.Ordinal);
    private IActorRef? _draining;
    private readonly ImmutableArray<QueueStage> _stages;
    private Action<QueueStage>? _onWorkAvailable;
    private int _woken;
    private bool _claiming;
    private bool _moreIsDue;

    /// <summary>When the timer fires; the maximum when none is set.</summary>
    private DateTimeOffset _wakeAt = DateTimeOffset.MaxValue;

    public MessageSupervisorActor(MessageServices services, IActorRef delivery)
    {
        _services = services;
        _delivery = delivery;
        _stages =
        [
            .. services.Routes ? [QueueStage.ToRoute] : Array.Empty<QueueStage>(), .. services.Delivers ? [QueueStage.ToDeliver] : Array.Empty<QueueStage>(),
        ];
        Receive<MessageProtocol.OpenTransaction>(message => Sender.Tell(new MessageProtocol.TransactionOpened(
            Adopt(Context.ActorOf(MessageActor.CreateProps(message.Id, _services, _delivery), message.Id.ToString())))));
        Receive<MessageProtocol.MessageEnded>(message =>
        {
            _endedInGoodOrder.Add(message.Id.ToString());
            if (message.NextDue is { } due)
            {
                WakeAt(due);
            }
        });
        Receive<MessageProtocol.Deliverable>(message => Adopt(Context.ActorOf(
            MessageActor.CreateAcceptedProps(message.Message, _services, _delivery), message.Message.Id.ToString())));
        Receive<Terminated>(OnTerminated);
        Receive<MessageProtocol.Wake>(_ =>
        {
            Volatile.Write(ref _woken, 0);
            _wakeAt = DateTimeOffset.MaxValue; // the timer has fired, or is needless: whatever comes of this look sets it again
            Claim();
        });
        Receive<Claimed>(OnClaimed);
        Receive<NextDueKnown>(message => WakeAt(message.At));
        Receive<MessageProtocol.RetryMessage>(message => OnOperator(message.Id, message, MessageStart.Everything));
        Receive<MessageProtocol.RemoveMessage>(message => OnOperator(message.Id, message, MessageStart.Nothing));
        Receive<MessageProtocol.FreezeMessage>(message => OnOperator(message.Id, message, MessageStart.Nothing));
        Receive<MessageProtocol.ThawMessage>(message => OnOperator(message.Id, message, MessageStart.Nothing));
        Receive<ClaimedForOperator>(OnClaimedForOperator);
        Receive<MessageProtocol.RunQueue>(message => RunQueue(message.Queue));
        Receive<QueueRunBegun>(message =>
        {
            message.Asker.Tell(message.Answer);
            Claim();
        });
        Receive<MessageProtocol.Drain>(_ =>
        {
            _draining = Sender;
            AnswerWhenDrained();
        });
        Receive<ReleaseNow>(message => Release(message.Id));
        Receive<ReleaseLater>(message => ReleaseAfterPause(message.Id));
        Receive<Status.Failure>(_ => WakeAt(Now + _services.Limits.FailureBackoff));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _services.Time.GetUtcNow();

    public static Props CreateProps(MessageServices services, IActorRef delivery) =>
        Props.Create(() => new MessageSupervisorActor(services, delivery));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        var self = Self;
        _onWorkAvailable = stage =>
        {
            // Told on any thread, perhaps for every commit of the cluster: one wish at a time is enough.
            if (_stages.Contains(stage) && Interlocked.Exchange(ref _woken, 1) == 0)
            {
                self.Tell(MessageProtocol.Wake.Instance, ActorRefs.NoSender);
            }
        };
        _services.Store.WorkAvailable += _onWorkAvailable;
        Claim();
    }

    protected override void PostStop() => _services.Store.WorkAvailable -= _onWorkAvailable;

    private static IActorRef Adopt(IActorRef child) => Context.Watch(child);

    private void OnTerminated(Terminated message)
    {
        var name = message.ActorRef.Path.Name;
        _resumed.Remove(name);
        if (_claimedTooEarly.Remove(name, out var again))
        {
            _endedInGoodOrder.Remove(name);
            Resume(again, MessageStart.WhatIsDue);
            return;
        }

        if (!_endedInGoodOrder.Remove(name) && Mail.Message.MessageId.TryCreate(name, out var id))
        {
            ReleaseAfterPause(id);
        }

        if (_moreIsDue && _resumed.Count < _services.Limits.MaxActiveMessages)
        {
            Claim();
        }

        AnswerWhenDrained();
    }

    private void AnswerWhenDrained()
    {
        if (_draining is not null && !Context.GetChildren().Any())
        {
            _draining.Tell(MessageProtocol.Drained.Instance);
        }
    }

    private void Claim()
    {
        var room = _services.Limits.MaxActiveMessages - _resumed.Count;
        if (_draining is not null || _stages.IsEmpty)
        {
            return;
        }

        if (_services.Lease?.MayClaim is false)
        {
            WakeAt(Now + _services.Limits.LeaseDoubtPause);
            return;
        }

        if (_claiming || room <= 0)
        {
            _moreIsDue = true; // the end of the claim, or of a child, asks again
            return;
        }

        _claiming = true;
        _moreIsDue = false;
        _wakeAt = DateTimeOffset.MaxValue;
        var now = Now;
        var scope = Scope();
        PortCall.Start(() => _services.Store.ClaimDueAsync(_services.Owner, now, Math.Min(room, _services.Limits.ClaimBatch), scope, CancellationToken.None)).PipeTo(
            Self, Self, messages => new Claimed(messages), _ => new Claimed([]));
    }

    private ClaimScope Scope() => _services.Lease is null
        ? ClaimScope.Any
        : new ClaimScope { Stages = _stages, MaxPerDestination = _services.Limits.ClaimsPerDestination, Preferred = _services.Recent.Take() };

    private void OnClaimed(Claimed message)
    {
        _claiming = false;
        foreach (var claimed in message.Messages)
        {
            Crash.At(CrashPoint.RouteClaimHandedOver);
            if (Context.Child(claimed.Id.ToString()).IsNobody())
            {
                Resume(claimed, MessageStart.WhatIsDue);
            }
            else
            {
                _claimedTooEarly.Add(claimed.Id.ToString(), claimed); // its last actor has released it and is still stopping
            }
        }

        if (message.Messages.Length > 0 || _moreIsDue)
        {
            Claim();
            return;
        }

        PortCall.Start(() => _services.Store.NextDueAsync(Scope(), CancellationToken.None)).PipeTo(
            Self, Self, due => new NextDueKnown(due ?? DateTimeOffset.MaxValue), _ => new NextDueKnown(DateTimeOffset.MaxValue));
    }

    private IActorRef Resume(StoredMessage message, MessageStart start)
    {
        var name = message.Id.ToString();
        _resumed.Add(name);
        return Adopt(Context.ActorOf(MessageActor.CreateResumedProps(message, start, _services, _delivery), name));
    }

    /// <summary>Looks into the store at that time, or at the next poll, whichever is first.</summary>
    private void WakeAt(DateTimeOffset due)
    {
        var now = Now;
        var at = due < now + _services.Limits.PollInterval ? due : now + _services.Limits.PollInterval;
        if (at >= _wakeAt)
        {
            return;
        }

        _wakeAt = at;
        var delay = at > now ? at - now : TimeSpan.Zero;
        Timers.StartSingleTimer(MessageProtocol.Wake.Instance, MessageProtocol.Wake.Instance, delay);
    }

    private void OnOperator(Mail.Message.MessageId id, object request, MessageStart start)
    {
        var child = Context.Child(id.ToString());
        if (!child.IsNobody() && !_endedInGoodOrder.Contains(id.ToString()))
        {
            child.Forward(request);
            return;
        }

        var asker = Sender;
        PortCall.Start(() => _services.Store.ClaimAsync(_services.Owner, id, CancellationToken.None)).PipeTo(
            Self,
            Self,
            message => new ClaimedForOperator(message, request, start, asker),
            _ => new ClaimedForOperator(null, request, start, asker));
    }

    private void OnClaimedForOperator(ClaimedForOperator message)
    {
        if (message.Message is not { } claimed)
        {
            message.Asker.Tell(new MessageProtocol.OperatorAnswer(false, "no such message in the queue"));
            return;
        }

        if (!Context.Child(claimed.Id.ToString()).IsNobody())
        {
            _claimedTooEarly[claimed.Id.ToString()] = claimed;
            message.Asker.Tell(new MessageProtocol.OperatorAnswer(false, "it is being worked on now; try again"));
            return;
        }

        Resume(claimed, message.Start).Tell(message.Request, message.Asker);
    }

    private void RunQueue(string queue)
    {
        var asker = Sender;
        PortCall.Start(() => _services.Store.RunQueueAsync(queue, CancellationToken.None)).PipeTo(
            Self,
            Self,
            due => new QueueRunBegun(due is null ? NoQueueRun("the store cannot write now") : new MessageProtocol.OperatorAnswer(true, "queue run started"), asker),
            error => new QueueRunBegun(NoQueueRun(error.Message), asker));
    }

    private static MessageProtocol.OperatorAnswer NoQueueRun(string why) => new(false, $"no queue run: {why}");

    /// <summary>The actor of a message failed: leave the message alone for a while, then let it be claimed anew.</summary>
    private void ReleaseAfterPause(Mail.Message.MessageId id) =>
        Timers.StartSingleTimer(id.ToString(), new ReleaseNow(id), _services.Limits.FailureBackoff);

    private void Release(Mail.Message.MessageId id) =>
        PortCall.Start(() => _services.Store.UpdateAsync(
            new MessageUpdate { Id = id, Owner = _services.Owner, Journal = [], Closing = UpdateClosing.Release }, CancellationToken.None)).PipeTo(
            Self, Self, outcome => outcome == WriteOutcome.Unavailable ? new ReleaseLater(id) : (object)MessageProtocol.Wake.Instance, _ => new ReleaseLater(id));

    private sealed record Claimed(ImmutableArray<StoredMessage> Messages);

    private sealed record NextDueKnown(DateTimeOffset At);

    private sealed record ClaimedForOperator(StoredMessage? Message, object Request, MessageStart Start, IActorRef Asker);

    private sealed record QueueRunBegun(MessageProtocol.OperatorAnswer Answer, IActorRef Asker);

    private sealed record ReleaseNow(Mail.Message.MessageId Id);

    private sealed record ReleaseLater(Mail.Message.MessageId Id);
}
