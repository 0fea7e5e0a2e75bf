using System.Runtime.CompilerServices;

namespace Pipeline.Kernel.Dispatch;

/// <summary>
/// An intrusive list with many producers and one consumer. Producers push onto a shared list, newest first; the consumer takes the whole list
/// at once and reverses it into a private one, oldest first. So a post is one compare-exchange, an idle queue owns no nodes, there is no
/// half-linked state to wait for, and what is given back simply goes to the front of the private list.
/// </summary>
internal struct IntrusiveQueue<TNode>
    where TNode : QueueNode
{
    private QueueNode? _inbox;
    private QueueNode? _ready;

    /// <summary>Any thread; what only the consumer changes may be seen late by others.</summary>
    public bool HasNodes => Volatile.Read(ref _inbox) is not null || Volatile.Read(ref _ready) is not null;

    /// <summary>
    /// Any thread: nodes, counted up to <paramref name="most"/>. The consumer turns links around meanwhile, so the walk may see too few or some twice;
    /// it ends all the same.
    /// </summary>
    public int ApproximateCount(int most)
    {
        int inbox = CountFrom(Volatile.Read(ref _inbox), most);
        return inbox + CountFrom(Volatile.Read(ref _ready), most - inbox);
    }

    /// <summary>Any thread. False when the queue is closed: the caller owns the node still.</summary>
    public bool TryPost(TNode node)
    {
        QueueNode? head = Volatile.Read(ref _inbox);
        while (!ReferenceEquals(head, QueueNode.Closed))
        {
            node.Next = head;
            QueueNode? seen = Interlocked.CompareExchange(ref _inbox, node, head);
            if (ReferenceEquals(seen, head))
            {
                return true;
            }

            head = seen;
        }

        return false;
    }

    /// <summary>Consumer: the oldest node, or null.</summary>
    public TNode? Take()
    {
        QueueNode? oldest = _ready;
        if (oldest is null)
        {
            QueueNode? head = Volatile.Read(ref _inbox);
            if (head is null || ReferenceEquals(head, QueueNode.Closed))
            {
                return null;
            }

            oldest = Reverse(Interlocked.Exchange(ref _inbox, null))!;
        }

        _ready = oldest.Next;
        oldest.Next = null;
        return Unsafe.As<TNode>(oldest);
    }

    /// <summary>Consumer: puts a chain, oldest first, before everything that is queued.</summary>
    public void Prepend(TNode first, TNode last)
    {
        last.Next = _ready;
        _ready = first;
    }

    /// <summary>
    /// Consumer: refuses everything from now on and hands out what was queued as a chain, oldest first. The exchange of the head is the point
    /// of no return: each node is either handed out here or refused to its producer.
    /// </summary>
    public TNode? Close()
    {
        QueueNode? rest = Reverse(Interlocked.Exchange(ref _inbox, QueueNode.Closed));
        QueueNode? first = _ready;
        _ready = null;
        if (first is null)
        {
            return Unsafe.As<TNode>(rest);
        }

        QueueNode last = first;
        while (last.Next is not null)
        {
            last = last.Next;
        }

        last.Next = rest;
        return Unsafe.As<TNode>(first);
    }

    private static int CountFrom(QueueNode? first, int most)
    {
        int count = 0;
        for (QueueNode? node = first; node is not null && count < most && !ReferenceEquals(node, QueueNode.Closed); node = Volatile.Read(ref node.Next))
        {
            count++;
        }

        return count;
    }

    private static QueueNode? Reverse(QueueNode? newestFirst)
    {
        QueueNode? oldestFirst = null;
        while (newestFirst is not null)
        {
            QueueNode? next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }
}
