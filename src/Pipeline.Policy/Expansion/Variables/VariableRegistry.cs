using System.Collections.Frozen;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Every variable, once. An unknown name is an error, as in Exim.</summary>
internal static class VariableRegistry
{
    private static readonly FrozenDictionary<string, VariableDefinition> Known = Families().ToFrozenDictionary(v => v.Name, StringComparer.Ordinal);

    /// <summary>The names of those that something can set, for the predefined macros.</summary>
    public static IEnumerable<string> Names => Known.Values.Where(known => known.IsAvailable).Select(known => known.Name);

    /// <param name="hint">For an unknown name, what Exim adds to its message: why a name that looks like an ACL variable is none.</param>
    public static bool TryFind(string name, out VariableDefinition variable, out string hint)
    {
        hint = "";
        if (Known.TryGetValue(name, out variable!))
        {
            return true;
        }

        if (AclVariables.TryCreate(name, out variable!, out hint))
        {
            return true;
        }

        if (name.StartsWith("r_", StringComparison.Ordinal))
        {
            variable = new VariableDefinition(name, scope => scope.Address?.Values.GetValueOrDefault(name) ?? default);
            return true;
        }

        return false;
    }

    private static IEnumerable<VariableDefinition> Families() =>
    [
        .. ConnectionVariables.Definitions, .. MessageVariables.Definitions, .. AddressVariables.Definitions,
        .. EnvironmentVariables.Definitions, .. TimeVariables.Definitions, .. ConditionVariables.Definitions,
    ];
}
