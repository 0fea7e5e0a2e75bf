using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lists;

/// <summary>A list with a name: <c>domainlist local_domains = …</c>.</summary>
public sealed record NamedList(ListKind Kind, string Name, ExpandableString Definition)
{
    /// <summary>Written behind <c>hide</c>.</summary>
    public bool Hidden { get; init; }

    /// <summary>Written with <c>_cache</c>: answers are remembered for a message even though the definition has references in it.</summary>
    public bool Cached { get; init; }

    /// <summary>Where it is defined; null for one that is in no file.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>The definition, read as a list.</summary>
    internal MailList List { get; } = MailList.Compile(Kind, Definition);
}

/// <summary>The named lists of a configuration.</summary>
public sealed class NamedListTable
{
    private readonly FrozenDictionary<(ListKind, string), NamedList> _lists;

    public NamedListTable(IEnumerable<NamedList> lists) => _lists = lists.ToFrozenDictionary(l => (l.Kind, l.Name));

    public static NamedListTable Empty { get; } = new([]);

    public IEnumerable<NamedList> All => _lists.Values;

    public bool TryFind(ListKind kind, string name, [NotNullWhen(true)] out NamedList? list) => _lists.TryGetValue((kind, name), out list);
}
