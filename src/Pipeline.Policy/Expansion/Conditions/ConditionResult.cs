namespace Pipeline.Policy.Expansion.Conditions;

/// <summary>What a condition came to: true, false, or one of the failures of an expansion.</summary>
internal readonly record struct ConditionResult(ExpansionOutcome Outcome, bool Value, string Message)
{
    public static ConditionResult True { get; } = new(ExpansionOutcome.Success, true, "");

    public static ConditionResult False { get; } = new(ExpansionOutcome.Success, false, "");

    public bool IsSuccess => Outcome == ExpansionOutcome.Success;

    public static ConditionResult Of(bool value) => value ? True : False;

    public static ConditionResult Failed(string message) => new(ExpansionOutcome.Failed, false, message);

    /// <summary>The failure of one of its arguments.</summary>
    public static ConditionResult From(ExpansionResult failure) => new(failure.Outcome, false, failure.Message);

    public ExpansionResult ToFailure() => new(Outcome, "", Message);
}
