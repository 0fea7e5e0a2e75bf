namespace Pipeline.Mail.Spf;

/// <summary>The seven results of RFC 7208 section 2.6. The numbers are stored.</summary>
public enum SpfVerdict
{
    None = 0,
    Neutral = 1,
    Pass = 2,
    Fail = 3,
    SoftFail = 4,
    TempError = 5,
    PermError = 6,
}

/// <summary>What check_host() found.</summary>
/// <param name="Domain">The domain whose record decided.</param>
/// <param name="Identity">Which identity was checked: <c>mailfrom</c> or <c>helo</c>.</param>
/// <param name="Mechanism">The directive that matched, as written; null when none did.</param>
/// <param name="Explanation">For a fail, the text of <c>exp=</c> or the default; else null.</param>
/// <param name="Reason">In words, for an operator.</param>
public sealed record SpfResult(SpfVerdict Verdict, string Domain, string Identity, string? Mechanism, string? Explanation, string Reason)
{
    /// <summary>Whether <see cref="Explanation"/> was published by the domain; else it is this program's own text.</summary>
    public bool IsExplanationPublished { get; init; }

    /// <summary>The domain of the identity that was checked, with A-labels: what DMARC aligns. Differs from <see cref="Domain"/> after a redirect.</summary>
    public string CheckedDomain { get; init; } = "";

    /// <summary>The record was not published but taken from <see cref="SpfRequest.Record"/>.</summary>
    public bool IsGuess { get; init; }

    /// <summary>The word of RFC 7208: none, neutral, pass, fail, softfail, temperror, permerror.</summary>
    public string Word => Verdict switch
    {
        SpfVerdict.None => "none",
        SpfVerdict.Neutral => "neutral",
        SpfVerdict.Pass => "pass",
        SpfVerdict.Fail => "fail",
        SpfVerdict.SoftFail => "softfail",
        SpfVerdict.TempError => "temperror",
        _ => "permerror",
    };
}
