using System.Globalization;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary><c>$acl_arg1</c> to <c>$acl_arg9</c> and <c>$acl_narg</c>: the arguments of the ACL that is being called.</summary>
internal static class AclArgumentVariables
{
    private const int MaxArguments = 9;

    public static VariableDefinition[] Definitions { get; } =
    [
        new("acl_narg", scope => scope.Transient.AclArguments.Length.ToString(CultureInfo.InvariantCulture)),
        .. Enumerable.Range(0, MaxArguments).Select(index => new VariableDefinition(
            $"acl_arg{index + 1}", scope => index < scope.Transient.AclArguments.Length ? scope.Transient.AclArguments[index] : "")),
    ];
}
