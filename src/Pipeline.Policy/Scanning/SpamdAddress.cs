using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Scanning;

/// <summary>The servers that a message's scan may be asked of. <c>spamd_address</c> is expanded only when it begins with a dollar sign.</summary>
public static class SpamdAddress
{
    /// <summary>The option's value when it is the same for every message; null when it is expanded.</summary>
    public static string? Constant(MailPolicy policy) =>
        policy.MainOptions.SpamdAddress.Source is var source && source.StartsWith('$') ? null : source;

    public static async ValueTask<ExpansionResult> ForAsync(EvaluationScope scope, CancellationToken cancellationToken) =>
        Constant(scope.Environment.Policy) is { } constant
            ? ExpansionResult.Success(constant)
            : await scope.Environment.Policy.MainOptions.SpamdAddress.ExpandAsync(scope, cancellationToken);
}
