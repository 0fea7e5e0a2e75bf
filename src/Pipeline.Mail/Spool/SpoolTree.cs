using System.Collections.Immutable;

namespace Pipeline.Mail.Spool;

/// <summary>A node of the tree as it is written: before its left subtree, which is before its right one.</summary>
public readonly record struct SpoolTreeNode(bool HasLeft, bool HasRight, string Key);

/// <summary>The set of addresses that are done: a balanced binary search tree, written in pre-order. Keys compare octet by octet.</summary>
/// <remarks>
/// The shape is kept as read, so that a file can be written back unchanged. Readers work out the balance of each node from the shape and go
/// on inserting: a new tree must be balanced, which <see cref="FromKeys"/> sees to.
/// </remarks>
public sealed class SpoolTree
{
    private SpoolTree(ImmutableArray<SpoolTreeNode> nodes) => Nodes = nodes;

    public static SpoolTree Empty { get; } = new([]);

    public ImmutableArray<SpoolTreeNode> Nodes { get; }

    /// <summary>The balanced tree of these keys; repeated keys count once.</summary>
    public static SpoolTree FromKeys(IEnumerable<string> keys)
    {
        var sorted = keys.ToImmutableSortedSet(StringComparer.Ordinal);
        var nodes = ImmutableArray.CreateBuilder<SpoolTreeNode>(sorted.Count);
        Add(0, sorted.Count);
        return new SpoolTree(nodes.ToImmutable());

        // Halving: the depth is the logarithm of the count.
        void Add(int from, int to)
        {
            if (from < to)
            {
                var middle = from + ((to - from - 1) / 2);
                nodes.Add(new SpoolTreeNode(from < middle, middle + 1 < to, sorted[middle]));
                Add(from, middle);
                Add(middle + 1, to);
            }
        }
    }

    public bool Contains(string key)
    {
        foreach (var node in Nodes)
        {
            if (string.Equals(node.Key, key, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    internal static SpoolTree FromNodes(ImmutableArray<SpoolTreeNode> nodes) => nodes.IsEmpty ? Empty : new SpoolTree(nodes);
}
