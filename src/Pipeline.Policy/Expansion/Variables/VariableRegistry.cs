using System.Collections.Frozen;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Every variable, once. An unknown name is an error, as in Exim.</summary>
internal static class VariableRegistry
{
    private static readonly FrozenDictionary<string, VariableDefinition> Known = Named().ToFrozenDictionary(v => v.Name, StringComparer.Ordinal);

    /// <summary>Those with a name of their own.</summary>
    public static IEnumerable<VariableDefinition> All => Known.Values;

    /// <summary>Those that have names which an operator, a message or a router makes up, or a number.</summary>
    public static IEnumerable<string> Families => ["acl_c…", "acl_m…", "bh_NAME", "bheader_NAME", "h_NAME", "header_NAME", "lh_NAME", "lheader_NAME", "rh_NAME", "rheader_NAME", "r_NAME", "0 to 9…"];

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

    private static IEnumerable<VariableDefinition> Named() =>
    [
        .. ConnectionVariables.Definitions, .. MessageVariables.Definitions, .. AddressVariables.Definitions,
        .. EnvironmentVariables.Definitions, .. TimeVariables.Definitions, .. ConditionVariables.Definitions,
    ];
}
