namespace Pipeline.Policy.Lists;

public enum ListMatchOutcome
{
    NoMatch = 0,
    Match = 1,

    /// <summary>It could not be found out now.</summary>
    Defer = 2,
}

/// <summary>Whether a subject is in a list.</summary>
/// <param name="Data">For a match, what the item that matched yielded: the data of a lookup, or the item's own text. Null otherwise.</param>
/// <param name="Message">For a deferral, why.</param>
public readonly record struct ListMatchResult(ListMatchOutcome Outcome, string? Data = null, string Message = "")
{
    public static ListMatchResult NoMatch { get; }

    public bool IsMatch => Outcome == ListMatchOutcome.Match;

    public bool IsDeferred => Outcome == ListMatchOutcome.Defer;

    public static ListMatchResult Match(string? data) => new(ListMatchOutcome.Match, data);

    public static ListMatchResult Defer(string message) => new(ListMatchOutcome.Defer, null, message);
}
