using Pipeline.Mail.Message;

namespace Pipeline.Storage.Writing;

/// <summary>What bounds the writes of a store.</summary>
/// <param name="Group">Writes that share one commit, at most.</param>
/// <param name="GroupBytes">Octets that share one commit, at most (one larger write is a group of its own).</param>
/// <param name="Waiting">Writes that wait for their turn, at most.</param>
/// <param name="Timeout">How long a write waits for its turn.</param>
internal readonly record struct WriteLimits(int Group, long GroupBytes, int Waiting, TimeSpan Timeout);

/// <summary>The writes that wait for an engine's writer, oldest first. Any number of threads may submit; one takes.</summary>
/// <param name="wake">Called after a write has come into an empty queue.</param>
internal sealed class WaitingWrites<TCommit>(WriteLimits limits, TimeProvider time, Action wake)
{
    private readonly Queue<WriteRequest<TCommit>> _waiting = new();
    private readonly HashSet<MessageId> _written = [];
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Queues a write. It always comes to an end; when the queue is full or closed, at once.</summary>
    public void Submit(WriteRequest<TCommit> request)
    {
        request.WaitingSince = time.GetTimestamp();
        int place;
        lock (_waiting)
        {
            place = !_closed && _waiting.Count < limits.Waiting ? _waiting.Count : -1;
            if (place >= 0)
            {
                _waiting.Enqueue(request);
            }
        }

        if (place < 0)
        {
            request.Refuse(null);
        }
        else if (place == 0)
        {
            wake();
        }
    }

    /// <summary>Adds the writes of the next commit to <paramref name="group"/>, none when nothing waits.</summary>
    public void Take(List<WriteRequest<TCommit>> group)
    {
        lock (_waiting)
        {
            var octets = 0L;
            _written.Clear();
            while (group.Count < limits.Group && _waiting.TryPeek(out var next)
                && (group.Count == 0 || octets + next.Size <= limits.GroupBytes)
                && next.TryJoin(_written))
            {
                octets += next.Size;
                group.Add(_waiting.Dequeue());
            }
        }
    }

    /// <summary>Refuses the writes that have waited too long for their turn; how many.</summary>
    public int Expire()
    {
        List<WriteRequest<TCommit>>? expired = null;
        lock (_waiting)
        {
            while (_waiting.TryPeek(out var oldest) && HasExpired(oldest))
            {
                (expired ??= []).Add(_waiting.Dequeue());
            }
        }

        expired?.ForEach(static r => r.Refuse(null));
        return expired?.Count ?? 0;
    }

    public bool HasExpired(WriteRequest<TCommit> request) => time.GetElapsedTime(request.WaitingSince) > limits.Timeout;

    /// <summary>Takes no more; what waits is still to be taken.</summary>
    public void Close()
    {
        lock (_waiting)
        {
            _closed = true;
        }

        wake();
    }
}
