using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>A boolean option that may be an expansion.</summary>
internal sealed class ExpandableBool(string name, ExpandableString text, bool unset)
{
    public static ExpandableBool Of(DriverOptions options, string name, bool unset) => new(name, options.GetExpandableBool(name, unset), unset);

    /// <returns>The value, or null and why there is none.</returns>
    public async ValueTask<(bool? Value, string Error)> EvaluateAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var result = await text.ExpandAsync(scope, cancellationToken);
        if (!result.IsSuccess)
        {
            return result.Outcome == ExpansionOutcome.ForcedFailure ? (unset, "") : (null, $"failed to expand \"{name}\": {result.Message}");
        }

        return result.Value.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" or "1" => (true, ""),
            "" or "false" or "no" or "0" => (false, ""),
            _ => (null, $"\"{result.Value}\" is not a valid value for the \"{name}\" option"),
        };
    }
}
