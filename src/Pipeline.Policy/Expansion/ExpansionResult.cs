namespace Pipeline.Policy.Expansion;

/// <summary>How an expansion ended (Exim specification, "string expansions": forced failure, lookup defer, ordinary failure).</summary>
public enum ExpansionOutcome
{
    Success = 0,

    /// <summary>The word <c>fail</c> was reached. Each context has its own meaning for it.</summary>
    ForcedFailure = 1,

    /// <summary>A lookup could not be done now.</summary>
    Deferred = 2,

    /// <summary>Syntax, an unknown name, a bad number, a missing file.</summary>
    Failed = 3,
}

/// <param name="Value">The text on success, else the empty string. One char for each octet.</param>
/// <param name="Message">Why not, in Exim's words; empty on success.</param>
/// <param name="Taint">Where the text comes from.</param>
public readonly record struct ExpansionResult(ExpansionOutcome Outcome, string Value, string Message = "", Taint Taint = Taint.None)
{
    public bool IsSuccess => Outcome == ExpansionOutcome.Success;

    /// <summary>The text with its mark.</summary>
    public ExpandedText Text => new(Value, Taint);

    public static ExpansionResult Success(string value, Taint taint = Taint.None) => new(ExpansionOutcome.Success, value, Taint: taint);

    public static ExpansionResult Success(ExpandedText text) => new(ExpansionOutcome.Success, text.Text, Taint: text.Taint);

    public static ExpansionResult ForcedFailure(string message = "") => new(ExpansionOutcome.ForcedFailure, "", message);

    public static ExpansionResult Deferred(string message) => new(ExpansionOutcome.Deferred, "", message);

    public static ExpansionResult Failed(string message) => new(ExpansionOutcome.Failed, "", message);
}
