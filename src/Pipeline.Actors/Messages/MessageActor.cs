using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

/// <summary>The supervisor of one message: everything that happens to the message is its child or an event in its ledger.</summary>
/// <remarks>
/// <para>States: <c>Receiving</c> (the transaction runs; checks are children) → <c>Committing</c> (one durable commit, then 250) → <c>Working</c> (recipients are
/// routed and delivered; every outcome is recorded) → <c>Closing</c> (notifications and the last commit). A message that was queued begins in <c>Working</c>.</para>
/// <para>Every write names the owner; a fenced write stops the actor at once, and attempts that have not passed their last step are refused it.</para>
/// <para>Nothing is kept across a restart, so there is none: the supervisor stops a failed message and has it claimed anew from the store, which knows
/// all that was promised. Unrecorded outcomes of a failed actor are attempts in doubt.</para>
/// </remarks>
internal sealed partial class MessageActor : ReceiveActor, IWithTimers
{
    private readonly Mail.Message.MessageId _id;
    private readonly MessageServices _services;
    private readonly IActorRef _delivery;
    private readonly MessageLedger _ledger;
    private readonly CancellationTokenSource _cancel = new();
    private MessageFacts? _facts;
    private IBodyWriter? _body;
    private bool _entered;

    /// <summary>A message that is about to be received.</summary>
    public MessageActor(Mail.Message.MessageId id, MessageServices services, IActorRef delivery)
    {
        _id = id;
        _services = services;
        _delivery = delivery;
        _ledger = new MessageLedger();
        Become(Receiving);
    }

    /// <summary>A message of our own making that is already accepted: a notification.</summary>
    public MessageActor(NewMessage accepted, MessageServices services, IActorRef delivery)
        : this(accepted.Id, services, delivery)
    {
        foreach (var entry in accepted.Journal)
        {
            _ledger.Record(entry.At, entry.Event);
        }

        _ = _ledger.TakeChanges(); // stored with the message
        TakeOver(accepted);
        Become(Working);
        Self.Tell(new BeginWork(MessageStart.Arrival), ActorRefs.NoSender);
    }

    /// <summary>A message that was queued.</summary>
    public MessageActor(StoredMessage message, MessageStart start, MessageServices services, IActorRef delivery)
    {
        _id = message.Id;
        _services = services;
        _delivery = delivery;
        _ledger = new MessageLedger(message.Recipients, message.NextSequence);
        _facts = MessageFacts.Of(message);
        _resumed = true;
        Become(Working);
        if (start != MessageStart.Nothing)
        {
            Self.Tell(new BeginWork(start), ActorRefs.NoSender);
        }
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _services.Time.GetUtcNow();

    public static Props CreateProps(Mail.Message.MessageId id, MessageServices services, IActorRef delivery) =>
        Props.Create(() => new MessageActor(id, services, delivery));

    public static Props CreateAcceptedProps(NewMessage accepted, MessageServices services, IActorRef delivery) =>
        Props.Create(() => new MessageActor(accepted, services, delivery));

    public static Props CreateResumedProps(StoredMessage message, MessageStart start, MessageServices services, IActorRef delivery) =>
        Props.Create(() => new MessageActor(message, start, services, delivery));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PostStop()
    {
        _cancel.Cancel();
        RefuseOpenAttempts();
        if (_commit is not null)
        {
            _committer.Tell(MessageProtocol.CommitUnknown.Instance);
        }

        if (_body is { } body && _jobs.Count == 0)
        {
            _body = null;
            _ = body.DisposeAsync().AsTask(); // an attempt that still runs reads from it; then the collector gets it
        }

        if (_entered)
        {
            _entered = false;
            _services.Gauge.Leave();
        }
    }

    private void TakeOver(NewMessage accepted)
    {
        _body = accepted.Body;
        _facts = new MessageFacts(
            accepted.Id,
            accepted.ReceivedAt,
            accepted.Envelope,
            new AcceptedContent(accepted.HeaderBlock, accepted.Body),
            accepted.Policy,
            accepted.Properties);
    }

    private void EndInGoodOrder(DateTimeOffset? nextDue)
    {
        Context.Parent.Tell(new MessageProtocol.MessageEnded(_id, nextDue));
        Context.Stop(Self);
    }

    private sealed record BeginWork(MessageStart Start);
}

/// <summary>What a message that was queued begins with.</summary>
internal enum MessageStart
{
    /// <summary>It has just arrived: every recipient, unless the message is to wait.</summary>
    Arrival,

    /// <summary>The recipients whose time has come.</summary>
    WhatIsDue,

    /// <summary>Every waiting recipient: somebody wants it now.</summary>
    Everything,

    /// <summary>Nothing, until an operator's request arrives.</summary>
    Nothing,
}
