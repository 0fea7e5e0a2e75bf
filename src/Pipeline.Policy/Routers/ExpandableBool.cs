using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>A boolean option that may be an expansion.</summary>
internal sealed class ExpandableBool
{
    private readonly string _name;
    private readonly bool _value;
    private readonly ExpandableString? _text;

    public ExpandableBool(string name, bool value)
    {
        _name = name;
        _value = value;
    }

    public ExpandableBool(string name, ExpandableString text)
    {
        _name = name;
        _text = text;
    }

    /// <returns>The value, or null and why there is none.</returns>
    public async ValueTask<(bool? Value, string Error)> EvaluateAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (_text is null)
        {
            return (_value, "");
        }

        var result = await _text.ExpandAsync(scope, cancellationToken);
        if (result.Outcome == ExpansionOutcome.ForcedFailure)
        {
            return (_value, "");
        }

        if (!result.IsSuccess)
        {
            return (null, $"failed to expand \"{_name}\": {result.Message}");
        }

        return result.Value.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" or "1" => (true, ""),
            "" or "false" or "no" or "0" => (false, ""),
            _ => (null, $"\"{result.Value}\" is not a valid value for the \"{_name}\" option"),
        };
    }
}
