namespace Pipeline.Policy.Lookups;

public enum LookupOutcome
{
    NotFound = 0,
    Found = 1,

    /// <summary>It could not be found out now: a database is down, DNS did not answer.</summary>
    Deferred = 2,

    /// <summary>It can never be found out this way: no such file, a query that is no query.</summary>
    Failed = 3,
}

/// <summary>What a lookup came to.</summary>
/// <param name="Data">What was found; empty unless found.</param>
/// <param name="Message">Why it was deferred or failed, in Exim's words.</param>
public readonly record struct LookupResult(LookupOutcome Outcome, string Data = "", string Message = "")
{
    public static LookupResult NotFound { get; }

    /// <summary>The lookup has changed what it asked: what was found before need not hold any more, and nothing of this is remembered.</summary>
    public bool HasWritten { get; init; }

    public bool IsFound => Outcome == LookupOutcome.Found;

    public static LookupResult Found(string data) => new(LookupOutcome.Found, data);

    public static LookupResult Deferred(string message) => new(LookupOutcome.Deferred, "", message);

    public static LookupResult Failed(string message) => new(LookupOutcome.Failed, "", message);
}
