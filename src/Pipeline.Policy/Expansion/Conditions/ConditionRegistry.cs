using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>Every condition, once. An unknown name is an error, as in Exim.</summary>
internal static class ConditionRegistry
{
    private static readonly FrozenDictionary<string, ConditionDefinition> Known = Families().ToFrozenDictionary(c => c.Name, StringComparer.Ordinal);

    public static IEnumerable<ConditionDefinition> All => Known.Values;

    /// <summary>The names of those that are available.</summary>
    public static IEnumerable<string> Names => Known.Values.Where(known => known.IsAvailable).Select(known => known.Name);

    public static bool TryFind(string name, [NotNullWhen(true)] out ConditionDefinition? definition) => Known.TryGetValue(name, out definition);

    private static IEnumerable<ConditionDefinition> Families() =>
    [
        .. DefinedCondition.Definitions, .. GroupCondition.Definitions, .. StringConditions.Definitions, .. NumericConditions.Definitions,
        .. MatchCondition.Definitions, .. BooleanConditions.Definitions, .. AddressConditions.Definitions, .. IterationCondition.Definitions,
        .. ListConditions.Definitions, .. SystemConditions.Definitions, .. AclCondition.Definitions, .. PasswordCondition.Definitions, .. LdapAuthCondition.Definitions,
        .. Items.SenderRewriting.ConditionDefinitions,
    ];
}
