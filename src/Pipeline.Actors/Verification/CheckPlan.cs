namespace Pipeline.Actors.Verification;

/// <summary>A check to run beside reception.</summary>
/// <param name="Check">Its name in the journal: spf, dkim ….</param>
/// <param name="Run">Does it; never blocks a thread.</param>
/// <param name="Failed">The result when it cannot be done, made from the reason: a check always has a stated outcome.</param>
/// <param name="Deadline">How long it may take from its start.</param>
public sealed record CheckPlan(
    string Check, Func<CancellationToken, Task<CheckResult>> Run, Func<string, CheckResult> Failed, TimeSpan Deadline);

/// <param name="Word">The result word of the check's RFC.</param>
/// <param name="Detail">Why, in words.</param>
/// <param name="Value">The check's own result type.</param>
/// <param name="Domain">Of a signature check that passed, the domain that signed.</param>
public sealed record CheckResult(string Word, string Detail, object Value, string? Domain = null);
