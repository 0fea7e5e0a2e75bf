namespace Pipeline.Policy.Expansion.Variables;

/// <summary><c>$acl_c…</c> and <c>$acl_m…</c>: names the operator makes up.</summary>
internal static class AclVariables
{
    /// <param name="hint">Why a name with the prefix <c>acl_</c> is none of them, as Exim appends it to its message.</param>
    public static bool TryCreate(string name, out VariableDefinition? variable, out string hint)
    {
        variable = null;
        hint = "";
        if (!name.StartsWith("acl_", StringComparison.Ordinal))
        {
            return false;
        }

        if (name.Length < 5 || name[4] is not ('c' or 'm'))
        {
            hint = " (user-defined ACL variables must start acl_c or acl_m)";
            return false;
        }

        if (name.Length > 5 && !(char.IsAsciiDigit(name[5]) || name[5] == '_'))
        {
            hint = " (6th character of a user-defined ACL variable must be a digit or underscore)";
            return false;
        }

        var key = name[5..];
        var connection = name[4] == 'c';
        variable = new VariableDefinition(name, context => Read(context, name, key, connection));
        return true;
    }

    private static ValueTask<ExpansionResult> Read(ExpansionContext context, string name, string key, bool connection)
    {
        var values = connection ? context.Scope.Connection.AclVariables : context.Scope.Message.AclVariables;
        if (values.TryGetValue(key, out var value))
        {
            return new(ExpansionResult.Success(value));
        }

        return new(context.Scope.Environment.Policy.MainOptions.StrictAclVars
            ? ExpansionResult.Failed($"unknown variable name \"{name}\" (strict_acl_vars is set)")
            : ExpansionResult.Success(""));
    }
}
