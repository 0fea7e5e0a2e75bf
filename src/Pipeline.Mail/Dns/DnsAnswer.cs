using System.Collections.Immutable;

namespace Pipeline.Mail.Dns;

/// <summary>What became of a question.</summary>
public enum DnsOutcome
{
    /// <summary>At least one record of the type asked.</summary>
    Success = 0,

    /// <summary>The name exists and has no record of this type (RFC 2308 NODATA).</summary>
    NoData = 1,

    /// <summary>The name does not exist (NXDOMAIN).</summary>
    NonExistentDomain = 2,

    /// <summary>No usable answer: SERVFAIL, REFUSED, time-out, a bogus DNSSEC answer.</summary>
    TemporaryFailure = 3,
}

/// <summary>The answer to one question, after CNAME chains have been followed.</summary>
/// <param name="Records">Records of the type asked, in the order of the answer; empty unless <see cref="DnsOutcome.Success"/>.</param>
/// <param name="Authenticated">The answer was validated by DNSSEC, and a trusted resolver said so (the AD bit).</param>
/// <param name="Reason">For a failure, what happened, in words for an operator.</param>
/// <param name="TimeToLive">How long the answer may be reused.</param>
public sealed record DnsAnswer(
    DnsOutcome Outcome, ImmutableArray<DnsRecord> Records, bool Authenticated = false, string? Reason = null, TimeSpan TimeToLive = default)
{
    public static DnsAnswer NoData { get; } = new(DnsOutcome.NoData, []);

    public static DnsAnswer NonExistentDomain { get; } = new(DnsOutcome.NonExistentDomain, []);

    /// <summary>Neither NODATA nor NXDOMAIN: records were found or nothing is known.</summary>
    public bool IsTemporaryFailure => Outcome == DnsOutcome.TemporaryFailure;

    public static DnsAnswer TemporaryFailure(string reason) => new(DnsOutcome.TemporaryFailure, [], Reason: reason);

    public static DnsAnswer Of(params ReadOnlySpan<DnsRecord> records) =>
        records.IsEmpty ? NoData : new(DnsOutcome.Success, [.. records]);
}
