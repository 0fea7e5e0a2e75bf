using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

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

    /// <summary>The earliest time of a queued recipient; null when none is queued.</summary>
    public DateTimeOffset? Due
    {
        get
        {
            DateTimeOffset? due = null;
            foreach (var state in _states)
            {
                if (state.Status == RecipientStatus.Queued && (due is null || state.DueAt < due))
                {
                    due = state.DueAt;
                }
            }

            return due;
        }
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
