namespace Pipeline.Policy.Acl.RateLimiting;

/// <summary>When the new rate is remembered.</summary>
internal enum RateLimitMode
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
/// <param name="Unique">When not null, an event with a text that was counted within this period counts nothing.</param>
internal sealed record RateLimitEvent(
    string Key, double Limit, TimeSpan Period, double Count, RateLimitMode Mode, string? Unique, DateTimeOffset Now);
