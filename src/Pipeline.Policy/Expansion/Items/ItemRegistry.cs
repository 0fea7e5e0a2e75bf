using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Every expansion item, once.</summary>
internal static class ItemRegistry
{
    private static readonly FrozenDictionary<string, ItemDefinition> Known = Families().ToFrozenDictionary(i => i.Name, StringComparer.Ordinal);

    public static IEnumerable<ItemDefinition> All => Known.Values;

    /// <summary>The names of those that are available.</summary>
    public static IEnumerable<string> Names => Known.Values.Where(known => known.IsAvailable).Select(known => known.Name);

    public static bool TryFind(string name, [NotNullWhen(true)] out ItemDefinition? definition) => Known.TryGetValue(name, out definition);

    private static IEnumerable<ItemDefinition> Families() =>
    [
        .. IfItem.Definitions, .. LookupItem.Definitions, .. ExtractItem.Definitions, .. ListItems.Definitions, .. SubstituteItem.Definitions, .. TextItems.Definitions,
        .. FileItems.Definitions, .. HashItems.Definitions, .. EnvironmentItem.Definitions, .. SortItem.Definitions, .. AclItem.Definitions,
        .. AuthenticationResultsItem.Definitions, .. SenderRewriting.Definitions, .. BounceTagItems.Definitions, .. RunItem.Definitions,
        .. SocketItem.Definitions, .. CertificateExtractItem.Definitions, .. UnavailableItem.Definitions,
    ];
}
