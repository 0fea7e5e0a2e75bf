using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>
/// The stash of one actor instance: a chain of envelopes, oldest first. They are copies of those delivered, so that every delivery is an
/// object of its own and stashing one twice can be told from stashing a message that came back.
/// </summary>
internal sealed class StashBuffer(ActorCell cell, int capacity) : IStash
{
    private Envelope? _first;
    private Envelope? _last;
    private Envelope? _lastDelivery;

    public int Count { get; private set; }

    public bool IsFull => Count >= capacity;

    public void Stash()
    {
        Envelope delivery = cell.CurrentEnvelope ?? throw new IllegalActorStateException("There is no message to stash.");
        if (ReferenceEquals(delivery, _lastDelivery))
        {
            throw new IllegalActorStateException($"Message [{delivery.Message}] is stashed already.");
        }

        if (IsFull)
        {
            throw new StashOverflowException($"The stash of [{cell.Self.Path}] is full: {capacity} messages.");
        }

        var envelope = new Envelope(delivery.Message, delivery.Sender);
        if (_last is null)
        {
            _first = envelope;
        }
        else
        {
            _last.Next = envelope;
        }

        _last = envelope;
        _lastDelivery = delivery;
        Count++;
    }

    public void Unstash()
    {
        if (_first is not { } oldest)
        {
            return;
        }

        _first = (Envelope?)oldest.Next;
        if (_first is null)
        {
            _last = null;
        }

        Count--;
        Announce(oldest);
        cell.Mailbox.Prepend(oldest, oldest);
    }

    public void UnstashAll()
    {
        if (_first is not { } oldest)
        {
            return;
        }

        for (Envelope? envelope = oldest; envelope is not null; envelope = (Envelope?)envelope.Next)
        {
            Announce(envelope);
        }

        cell.Mailbox.Prepend(oldest, _last!);
        ClearStash();
    }

    public void ClearStash()
    {
        _first = null;
        _last = null;
        Count = 0;
    }

    private void Announce(Envelope envelope)
    {
        if (envelope.Message is Terminated terminated)
        {
            cell.AnnounceAgain(terminated);
        }
    }
}
