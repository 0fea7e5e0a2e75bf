namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>condition =</c>: the value itself says true or false.</summary>
internal sealed class BooleanCondition() : AclCondition("condition")
{
    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken) =>
        new(Read(argument) is { } holds ? AclTest.Of(holds) : AclTest.Defer($"invalid \"condition\" value \"{argument}\""));

    // Not the same as bool{} and bool_lax{} of expansions: a word that is neither yes nor no is an error here.
    private static bool? Read(string value)
    {
        var digits = value.StartsWith('-') ? value.AsSpan(1) : value;
        if (!digits.ContainsAnyExceptInRange('0', '9'))
        {
            return digits.ContainsAnyExcept('0');
        }

        if (value.Equals("yes", StringComparison.OrdinalIgnoreCase) || value.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return value.Equals("no", StringComparison.OrdinalIgnoreCase) || value.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null;
    }
}
