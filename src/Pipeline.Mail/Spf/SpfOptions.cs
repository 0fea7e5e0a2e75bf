namespace Pipeline.Mail.Spf;

/// <summary>Limits of one evaluation (RFC 7208 section 4.6.4) and local choices.</summary>
public sealed record SpfOptions
{
    public static SpfOptions Default { get; } = new();

    /// <summary>Terms that ask DNS, over all records of the evaluation; one more is a permerror.</summary>
    public int MaxDnsTerms { get; init; } = 10;

    /// <summary>Terms whose question has no answer; one more is a permerror.</summary>
    public int MaxVoidLookups { get; init; } = 2;

    /// <summary>Exchanges of one mx term; more are a permerror.</summary>
    public int MaxMxNames { get; init; } = 10;

    /// <summary>Names of a PTR answer that are looked at; the rest is ignored.</summary>
    public int MaxPtrNames { get; init; } = 10;

    /// <summary>Octets of a record.</summary>
    public int MaxRecordBytes { get; init; } = 65535;

    /// <summary>Characters of an explanation; the rest is cut.</summary>
    public int MaxExplanationLength { get; init; } = 512;

    /// <summary>Time for the whole evaluation; beyond it the result is temperror.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Clients on the loopback address pass without a question, as with the engine Exim 4.92 is linked to. Not in the RFC.</summary>
    public bool LoopbackPasses { get; init; }
}
