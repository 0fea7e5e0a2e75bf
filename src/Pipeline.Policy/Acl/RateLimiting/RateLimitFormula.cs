namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>The smoothed rate of events (Exim specification, "Ratelimiting incoming messages").</summary>
internal static class RateLimitFormula
{
    // Two events in the same instant are not infinitely fast.
    private const double ShortestInterval = 1e-9;

    // What count= says has no bound of its own; a rate stays a number that can be added to and written.
    private const double Highest = 1e15;

    private const double LongestMemoryDays = 100_000;

    // Clocks of nodes differ by so much at most. What was remembered further ahead is from before a clock was set back: no later event would ever come.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// <param name="previous">What was remembered; null for the first event.</param>
    /// <returns>The rate after the event.</returns>
    public static double Next((double Rate, DateTimeOffset At)? previous, RateLimitEvent happened)
    {
        var count = Math.Min(happened.Count, Highest);
        if (previous is not { } last || last.At - happened.Now > Longer(happened.Period, ClockDifference))
        {
            return count;
        }

        var elapsed = (happened.Now - last.At).TotalSeconds / happened.Period.TotalSeconds;
        var x = Math.Max(elapsed, ShortestInterval);
        var weight = Math.Exp(-x);
        var rate = (count * (1 - weight) / x) + (weight * Math.Min(last.Rate, Highest));

        // After a long silence the formula goes below what has just happened.
        return Math.Min(Math.Max(rate, count), Highest);
    }

    /// <summary>Whether the store is to remember the new rate.</summary>
    public static bool Remembers(RateLimitEvent happened, double rate) =>
        happened.Mode == RateLimitMode.Strict || (happened.Mode == RateLimitMode.Leaky && rate < happened.Limit);

    /// <summary>When a rate has gone down to less than a hundredth of an event.</summary>
    public static DateTimeOffset Until(RateLimitEvent happened, double rate) =>
        happened.Now.AddDays(Math.Min(happened.Period.TotalDays * (5 + Math.Log(Math.Max(1, rate))), LongestMemoryDays));

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
