using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Scanning;

/// <summary>The virus scanner of a policy. <c>av_scanner</c> is expanded only when it begins with a dollar sign.</summary>
public static class AvScannerOption
{
    public const string Usual = "sophie:/var/run/sophie";

    /// <summary>The option's value when it is the same for every message; null when it is expanded.</summary>
    public static string? Constant(MailPolicy policy) => policy.MainOptions.AvScanner switch
    {
        null => Usual,
        { Source: ['$', ..] } => null,
        var option => option.Source,
    };

    public static async ValueTask<ExpansionResult> ForAsync(EvaluationScope scope, CancellationToken cancellationToken) =>
        Constant(scope.Environment.Policy) is { } constant
            ? ExpansionResult.Success(constant)
            : await scope.Environment.Policy.MainOptions.AvScanner!.ExpandAsync(scope, cancellationToken);
}
