using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>When a message is due, and for what.</summary>
internal readonly record struct NextWork(DateTimeOffset Due, QueueStage Stage, string? Destination);

/// <summary>The recipients of a message as its commits, one after the other, have left them.</summary>
internal sealed class RecipientFold
{
    /// <summary>By ascending index.</summary>
    private readonly List<RecipientState> _states;

    public RecipientFold(ReadOnlySpan<RecipientState> initial)
    {
        _states = new List<RecipientState>(initial.Length);
        Apply(initial);
    }

    public int Queued { get; private set; }

    /// <summary>Recipients whose last attempt has no recorded end.</summary>
    public int OpenAttempts
    {
        get
        {
            var open = 0;
            foreach (var state in _states)
            {
                open += state.AttemptOpen && state.Status == RecipientStatus.Queued ? 1 : 0;
            }

            return open;
        }
    }

    /// <summary>What the message waits for.</summary>
    /// <param name="now">When a message without a queued recipient is due: at once, so that its next owner completes it.</param>
    public NextWork NextWork(DateTimeOffset now)
    {
        RecipientState? next = null;
        foreach (var state in _states)
        {
            // Of several that are due together, one that is to be routed comes first: what is delivered later may depend on it.
            if (state.Status == RecipientStatus.Queued
                && (next is null || state.DueAt < next.DueAt || (state.DueAt == next.DueAt && state.Destination is null)))
            {
                next = state;
            }
        }

        return next is null
            ? new NextWork(now, QueueStage.ToDeliver, null)
            : new NextWork(next.DueAt, next.Destination is null ? QueueStage.ToRoute : QueueStage.ToDeliver, next.Destination);
    }

    /// <summary>Puts later states in the place of earlier ones of the same recipients.</summary>
    public void Apply(ReadOnlySpan<RecipientState> changed)
    {
        foreach (var state in changed)
        {
            var place = Find(state.Index);
            if (place >= 0)
            {
                Queued -= _states[place].Status == RecipientStatus.Queued ? 1 : 0;
                _states[place] = state;
            }
            else
            {
                _states.Insert(~place, state);
            }

            Queued += state.Status == RecipientStatus.Queued ? 1 : 0;
        }
    }

    public RecipientState[] ToArray() => [.. _states];

    private int Find(int index)
    {
        // Recipients come in order nearly always: look at the end first.
        if (_states.Count == 0 || _states[^1].Index < index)
        {
            return ~_states.Count;
        }

        var (low, high) = (0, _states.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_states[middle].Index == index)
            {
                return middle;
            }

            (low, high) = _states[middle].Index < index ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
