using System.Diagnostics.CodeAnalysis;
using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Dispatch;

/// <summary>
/// Two intrusive queues with many producers and one consumer, and one status word (bit 0 closed, bit 1 scheduled, the rest counts suspensions).
/// Producers push onto a shared list, newest first; the turn takes the whole list at once and reverses it into a private one, oldest first.
/// So a post is one compare-exchange, an idle mailbox owns no nodes, there is no half-linked state to wait for, and what a stash gives back
/// simply goes to the front of the private list.
/// </summary>
internal sealed class Mailbox(ActorCell cell, MessageDispatcher dispatcher) : IThreadPoolWorkItem
{
    private const int ClosedBit = 1;
    private const int ScheduledBit = 2;
    private const int SuspendUnit = 4;

    private int _status;
    private Envelope? _inbox;
    private Envelope? _ready;
    private SystemMessage? _systemInbox = new Create();
    private SystemMessage? _systemReady;

    public bool IsClosed => (Volatile.Read(ref _status) & ClosedBit) != 0;

    public bool IsSuspended => Volatile.Read(ref _status) >= SuspendUnit;

    /// <summary>How many suspensions wait for their resume.</summary>
    public int SuspendCount => Volatile.Read(ref _status) / SuspendUnit;

    /// <summary>False when the mailbox is closed: the caller owns the message still.</summary>
    public bool Post(Envelope envelope)
    {
        Envelope? head = Volatile.Read(ref _inbox);
        while (true)
        {
            if (ReferenceEquals(head, Envelope.Closed))
            {
                return false;
            }

            envelope.Next = head;
            Envelope? seen = Interlocked.CompareExchange(ref _inbox, envelope, head);
            if (ReferenceEquals(seen, head))
            {
                Schedule(fair: false);
                return true;
            }

            head = seen;
        }
    }

    /// <summary>False when the mailbox is closed.</summary>
    public bool PostSystem(SystemMessage message)
    {
        SystemMessage? head = Volatile.Read(ref _systemInbox);
        while (true)
        {
            if (ReferenceEquals(head, SystemMessage.Closed))
            {
                return false;
            }

            message.Next = head;
            SystemMessage? seen = Interlocked.CompareExchange(ref _systemInbox, message, head);
            if (ReferenceEquals(seen, head))
            {
                Schedule(fair: false);
                return true;
            }

            head = seen;
        }
    }

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
    public void Prepend(Envelope first, Envelope last)
    {
        last.Next = _ready;
        _ready = first;
    }

    /// <summary>Only on the turn: puts a chain of system messages, oldest first, before everything that is queued.</summary>
    public void PrependSystem(SystemMessage first, SystemMessage last)
    {
        last.Next = _systemReady;
        _systemReady = first;
    }

    /// <summary>
    /// Only on the turn: refuses everything from now on and hands out what was queued, in order.
    /// The exchange of the list head is the point of no return: each message is either returned here or refused to its sender.
    /// </summary>
    public void Close(out Envelope? messages, out SystemMessage? systemMessages)
    {
        Interlocked.Or(ref _status, ClosedBit);
        messages = Append(_ready, Reverse(Interlocked.Exchange(ref _inbox, Envelope.Closed)));
        systemMessages = Append(_systemReady, Reverse(Interlocked.Exchange(ref _systemInbox, SystemMessage.Closed)));
        _ready = null;
        _systemReady = null;
    }

    void IThreadPoolWorkItem.Execute()
    {
        ActorCell? outer = ActorCell.Enter(cell);
        try
        {
            Run();
        }
        finally
        {
            ActorCell.Leave(outer);
        }

        // The full fence of this exchange pairs with the one in Post: either the poster sees us idle, or we see its message.
        Interlocked.And(ref _status, ~ScheduledBit);
        Schedule(fair: true);
    }

    /// <summary>Gives the first turn to a mailbox that was filled before anyone could see it.</summary>
    public void Start() => Schedule(fair: false);

    private void Run()
    {
        DrainSystem();
        for (int left = dispatcher.Throughput; left > 0 && Volatile.Read(ref _status) == ScheduledBit; left--)
        {
            if (!TryTake(out Envelope? envelope))
            {
                return;
            }

            cell.Invoke(envelope);
            DrainSystem();
        }
    }

    private void DrainSystem()
    {
        while (_systemReady is not null || Volatile.Read(ref _systemInbox) is not null)
        {
            if (_systemReady is null)
            {
                if (IsClosed)
                {
                    return;
                }

                _systemReady = Reverse(Interlocked.Exchange(ref _systemInbox, null));
            }

            SystemMessage message = _systemReady!;
            _systemReady = message.Next;
            message.Next = null;
            cell.InvokeSystem(message);
        }
    }

    private bool TryTake([NotNullWhen(true)] out Envelope? envelope)
    {
        envelope = _ready;
        if (envelope is null)
        {
            if (Volatile.Read(ref _inbox) is null)
            {
                return false;
            }

            envelope = Reverse(Interlocked.Exchange(ref _inbox, null))!;
        }

        _ready = envelope.Next;
        envelope.Next = null;
        return true;
    }

    private void Schedule(bool fair)
    {
        while (true)
        {
            int status = Volatile.Read(ref _status);
            if ((status & (ClosedBit | ScheduledBit)) != 0 || !HasWork(status))
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _status, status | ScheduledBit, status) == status)
            {
                dispatcher.Execute(this, fair);
                return;
            }
        }
    }

    private bool HasWork(int status) =>
        Volatile.Read(ref _systemInbox) is not null
        || Volatile.Read(ref _systemReady) is not null
        || (status < SuspendUnit && (Volatile.Read(ref _inbox) is not null || Volatile.Read(ref _ready) is not null));

    private static Envelope? Reverse(Envelope? newestFirst)
    {
        Envelope? oldestFirst = null;
        while (newestFirst is not null)
        {
            Envelope? next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }

    private static SystemMessage? Reverse(SystemMessage? newestFirst)
    {
        SystemMessage? oldestFirst = null;
        while (newestFirst is not null)
        {
            SystemMessage? next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }

    private static Envelope? Append(Envelope? front, Envelope? back)
    {
        if (front is null)
        {
            return back;
        }

        Envelope last = front;
        while (last.Next is not null)
        {
            last = last.Next;
        }

        last.Next = back;
        return front;
    }

    private static SystemMessage? Append(SystemMessage? front, SystemMessage? back)
    {
        if (front is null)
        {
            return back;
        }

        SystemMessage last = front;
        while (last.Next is not null)
        {
            last = last.Next;
        }

        last.Next = back;
        return front;
    }
}
