namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>The smoothed rate of events (Exim specification, "Ratelimiting incoming messages").</summary>
public static class RateLimitFormula
{
    // Two events in the same instant are not infinitely fast.
    private const double ShortestInterval = 1e-9;

    /// <param name="previous">What was remembered; null for the first event.</param>
    /// <returns>The rate after the event.</returns>
    public static double Next((double Rate, DateTimeOffset At)? previous, RateLimitEvent happened)
    {
        if (previous is not { } last)
        {
            return happened.Count;
        }

        var elapsed = (happened.Now - last.At).TotalSeconds / happened.Period.TotalSeconds;
        var x = Math.Max(elapsed, ShortestInterval);
        var weight = Math.Exp(-x);
        var rate = (happened.Count * (1 - weight) / x) + (weight * last.Rate);

        // After a long silence the formula goes below what has just happened.
        return Math.Max(rate, happened.Count);
    }

    /// <summary>Whether the store is to remember the new rate.</summary>
    public static bool Remembers(RateLimitEvent happened, double rate) =>
        happened.Mode == RateLimitMode.Strict || (happened.Mode == RateLimitMode.Leaky && rate < happened.Limit);
}
