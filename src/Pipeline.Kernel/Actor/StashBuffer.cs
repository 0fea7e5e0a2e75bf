using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

/// <summary>The stash of one actor instance: a chain of the stashed envelopes, oldest first.</summary>
internal sealed class StashBuffer(ActorCell cell, int capacity) : IStash
{
    private Envelope? _first;
    private Envelope? _last;

    public int Count { get; private set; }

    public bool IsFull => Count >= capacity;

    public void Stash()
    {
        Envelope envelope = cell.CurrentEnvelope ?? throw new IllegalActorStateException("There is no message to stash.");
        if (ReferenceEquals(envelope, _last))
        {
            throw new IllegalActorStateException($"Message [{envelope.Message}] is stashed already.");
        }

        if (IsFull)
        {
            throw new StashOverflowException($"The stash of [{cell.Self.Path}] is full: {capacity} messages.");
        }

        if (_last is null)
        {
            _first = envelope;
        }
        else
        {
            _last.Next = envelope;
        }

        _last = envelope;
        Count++;
    }

    public void Unstash()
    {
        if (_first is not { } oldest)
        {
            return;
        }

        _first = oldest.Next;
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

        for (Envelope? envelope = oldest; envelope is not null; envelope = envelope.Next)
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
