using Pipeline.Storage.Ports;

namespace Pipeline.Storage.State;

/// <summary>Chooses from due messages, which come in the order of the queue, those that a claim takes.</summary>
/// <remarks>Messages without a destination are not counted against <see cref="ClaimScope.MaxPerDestination"/>.</remarks>
internal sealed class DueSelection(ClaimScope scope, int limit)
{
    private readonly HashSet<string> _preferred = [.. scope.Preferred];
    private readonly Dictionary<string, int> _taken = [];
    private readonly HashSet<string> _offered = [];
    private readonly List<(long Due, string Id)> _first = [];
    private readonly List<(long Due, string Id)> _others = [];

    /// <summary>Whether more messages cannot change the choice.</summary>
    public bool IsComplete => _first.Count >= limit || (_preferred.Count == 0 && _others.Count >= limit);

    public IEnumerable<(long Due, string Id)> Chosen => _first.Concat(_others).Take(limit);

    public void Offer(string id, long due, QueueStage stage, string? destination)
    {
        if (!scope.Stages.Contains(stage) || !_offered.Add(id) || (destination is not null && IsExhausted(destination)))
        {
            return;
        }

        var chosen = destination is not null && _preferred.Contains(destination) ? _first : _others;
        if (chosen.Count < limit)
        {
            chosen.Add((due, id));
        }
    }

    private bool IsExhausted(string destination)
    {
        if (scope.MaxPerDestination is not { } max)
        {
            return false;
        }

        ref var taken = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_taken, destination, out _);
        return ++taken > max;
    }
}
