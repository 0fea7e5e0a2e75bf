using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl;

/// <summary>Writes down what an ACL run did, for a test session (<c>-bh</c>) and for explaining a decision.</summary>
public sealed class AclTrace
{
    /// <summary>Entries kept; a run that does more is told without its end.</summary>
    public const int MaxEntries = 10_000;

    private readonly List<AclTraceEntry> _entries = [];

    public IReadOnlyList<AclTraceEntry> Entries => _entries;

    internal void Add(int depth, SourceLocation location, string text, string result)
    {
        if (_entries.Count < MaxEntries)
        {
            _entries.Add(new AclTraceEntry(depth, location, text, result));
        }
    }
}

/// <param name="Depth">0 for the ACL that was asked for, more for nested ones.</param>
/// <param name="Text">The verb, or the condition or modifier as written.</param>
/// <param name="Result">What became of it.</param>
public sealed record AclTraceEntry(int Depth, SourceLocation Location, string Text, string Result)
{
    public override string ToString() => $"{new string(' ', Depth * 2)}{Text}: {Result} ({Location})";
}
