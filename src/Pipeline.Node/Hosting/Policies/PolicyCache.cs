using Pipeline.Actors.Receipt;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>Compiled policies by number; of more than fit, those go that were not asked for longest.</summary>
/// <remarks>
/// The messages in work ask for their policy at every step, so theirs stay. One that went is compiled again from the registry, which costs
/// milliseconds: a bound by number is enough, and nobody needs to count the messages of a policy.
/// </remarks>
internal sealed class PolicyCache(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, LinkedListNode<Entry>> _byNumber = [];
    private readonly LinkedList<Entry> _byUse = [];

    public bool TryGet(int number, out PolicyEntry entry)
    {
        lock (_gate)
        {
            if (!_byNumber.TryGetValue(number, out var node))
            {
                entry = default;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            entry = node.Value.Policy;
            return true;
        }
    }

    /// <summary>Puts a policy in, in the place of one of the same number.</summary>
    public void Put(int number, PolicyEntry entry)
    {
        lock (_gate)
        {
            if (_byNumber.Remove(number, out var before))
            {
                _byUse.Remove(before);
            }

            _byNumber[number] = _byUse.AddFirst(new Entry(number, entry));
            if (_byNumber.Count > capacity)
            {
                _byNumber.Remove(_byUse.Last!.Value.Number);
                _byUse.RemoveLast();
            }
        }
    }

    private readonly record struct Entry(int Number, PolicyEntry Policy);
}

/// <summary>A policy, or why there is none to be had under its number.</summary>
internal readonly record struct PolicyEntry(ActivePolicy? Active, string? Missing);
