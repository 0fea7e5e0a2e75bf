using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>
/// The queues of one actor and its turns. System messages are handled before each user message, and while the user queue is suspended.
/// One status word decides who may run: bit 0 closed, bit 1 scheduled, the rest counts suspensions.
/// </summary>
internal sealed class Mailbox : IThreadPoolWorkItem
{
    private const int ClosedBit = 1;
    private const int ScheduledBit = 2;
    private const int SuspendUnit = 4;

    private readonly ActorCell _cell;
    private readonly MessageDispatcher _dispatcher;
    private IntrusiveQueue<Envelope> _messages;
    private IntrusiveQueue<SystemMessage> _systemMessages;
    private int _status;

    /// <summary>A mailbox whose first message is the creation of its actor; it runs from <see cref="Start"/> on.</summary>
    public Mailbox(ActorCell cell, MessageDispatcher dispatcher)
    {
        _cell = cell;
        _dispatcher = dispatcher;
        _systemMessages.TryPost(new Create());
    }

    public bool IsClosed => (Volatile.Read(ref _status) & ClosedBit) != 0;

    public bool IsSuspended => Volatile.Read(ref _status) >= SuspendUnit;

    /// <summary>How many suspensions wait for their resume.</summary>
    public int SuspendCount => Volatile.Read(ref _status) / SuspendUnit;

    /// <summary>Any thread: about how many user messages wait, counted up to <paramref name="most"/>.</summary>
    public int ApproximateLength(int most) => _messages.ApproximateCount(most);

    /// <summary>False when the mailbox is closed: the caller owns the message still.</summary>
    public bool Post(Envelope envelope)
    {
        bool posted = _messages.TryPost(envelope);
        if (posted)
        {
            Schedule(fair: false);
        }

        return posted;
    }

    /// <summary>False when the mailbox is closed.</summary>
    public bool PostSystem(SystemMessage message)
    {
        bool posted = _systemMessages.TryPost(message);
        if (posted)
        {
            Schedule(fair: false);
        }

        return posted;
    }

    public void Start() => Schedule(fair: false);

    /// <summary>Only on the turn: stops user messages until the matching <see cref="Resume"/>.</summary>
    public void Suspend() => Interlocked.Add(ref _status, SuspendUnit);

    /// <summary>Only on the turn. A resume without a suspension is ignored.</summary>
    public void Resume()
    {
        if (IsSuspended)
        {
            Interlocked.Add(ref _status, -SuspendUnit);
        }
    }

    /// <summary>Only on the turn: puts a chain of envelopes, oldest first, before everything that is queued.</summary>
    public void Prepend(Envelope first, Envelope last) => _messages.Prepend(first, last);

    /// <summary>Only on the turn: puts a chain of system messages, oldest first, before everything that is queued.</summary>
    public void PrependSystem(SystemMessage first, SystemMessage last) => _systemMessages.Prepend(first, last);

    /// <summary>Only on the turn: refuses everything from now on and hands out what was queued, in order.</summary>
    public void Close(out Envelope? messages, out SystemMessage? systemMessages)
    {
        Interlocked.Or(ref _status, ClosedBit);
        messages = _messages.Close();
        systemMessages = _systemMessages.Close();
    }

    void IThreadPoolWorkItem.Execute()
    {
        ActorCell? outer = ActorCell.Enter(_cell);
        try
        {
            Run();
        }
        finally
        {
            ActorCell.Leave(outer);
        }

        // The full fence of this exchange pairs with the one in a post: either the poster sees us idle, or we see its message.
        Interlocked.And(ref _status, ~ScheduledBit);
        Schedule(fair: true);
    }

    private void Run()
    {
        DrainSystem();
        for (int left = _dispatcher.Throughput; left > 0 && Volatile.Read(ref _status) == ScheduledBit; left--)
        {
            if (_messages.Take() is not { } envelope)
            {
                return;
            }

            _cell.Invoke(envelope);
            DrainSystem();
        }
    }

    private void DrainSystem()
    {
        while (_systemMessages.Take() is { } message)
        {
            _cell.InvokeSystem(message);
        }
    }

    private void Schedule(bool fair)
    {
        while (true)
        {
            int status = Volatile.Read(ref _status);
            bool hasWork = _systemMessages.HasNodes || (status < SuspendUnit && _messages.HasNodes);
            if ((status & (ClosedBit | ScheduledBit)) != 0 || !hasWork)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _status, status | ScheduledBit, status) == status)
            {
                _dispatcher.Execute(this, fair);
                return;
            }
        }
    }
}
