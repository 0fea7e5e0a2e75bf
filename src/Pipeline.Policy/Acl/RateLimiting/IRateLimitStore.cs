namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>Remembers rates by key. In a cluster all nodes ask the same store.</summary>
public interface IRateLimitStore
{
    /// <summary>Computes the rate after an event and, as its mode says, remembers it: one atomic step for each key.</summary>
    /// <returns>The rate: events in one period, smoothed. Implementations use <see cref="RateLimitFormula"/>.</returns>
    ValueTask<double> MeasureAsync(RateLimitEvent happened, CancellationToken cancellationToken);
}

/// <summary>When the new rate is remembered.</summary>
public enum RateLimitMode
{
    /// <summary>Unless it is over the limit, so that a client which goes on trying gets through at the permitted rate.</summary>
    Leaky = 0,

    /// <summary>Always.</summary>
    Strict = 1,

    /// <summary>Never.</summary>
    ReadOnly = 2,
}

/// <param name="Key">Everything that tells this rate from others.</param>
/// <param name="Limit">Events in a period that are too many.</param>
/// <param name="Count">How many events this one stands for.</param>
/// <param name="Unique">When not null, an event with a text seen before in this period counts nothing.</param>
public sealed record RateLimitEvent(
    string Key, double Limit, TimeSpan Period, double Count, RateLimitMode Mode, string? Unique, DateTimeOffset Now);
