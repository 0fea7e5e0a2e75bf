using System.Collections.Immutable;

namespace Pipeline.Mail.Dmarc;

/// <summary>How far an identifier may differ from the author's domain (tags adkim and aspf).</summary>
public enum DmarcAlignmentMode
{
    /// <summary>The same organisational domain.</summary>
    Relaxed = 0,

    /// <summary>The same domain.</summary>
    Strict = 1,
}

/// <summary>Whether the domain of a record is a public suffix (RFC 9989 section 4.7, tag psd).</summary>
public enum DmarcPublicSuffix
{
    Undetermined = 0,
    Yes = 1,
    No = 2,
}

/// <summary>Which failures are to be reported one by one (tag fo).</summary>
[Flags]
public enum DmarcFailureOptions
{
    None = 0,

    /// <summary>0: nothing is aligned.</summary>
    AllFail = 1,

    /// <summary>1: SPF or DKIM is not aligned.</summary>
    AnyFails = 2,

    /// <summary>d: a DKIM signature does not verify, aligned or not.</summary>
    Dkim = 4,

    /// <summary>s: SPF does not pass, aligned or not.</summary>
    Spf = 8,
}

/// <summary>A DMARC policy record: the tags of RFC 7489 section 6.3 and RFC 9989 section 4.7. A tag that is absent or wrong has its default.</summary>
public sealed record DmarcRecord
{
    public const int DefaultReportInterval = 86400;

    /// <summary>Why no policy can be taken from the record; null when one can. The record still exists, and its psd= counts.</summary>
    public string? Problem { get; init; }

    /// <summary>p=; none where it is missing or wrong and the record asks for reports.</summary>
    public DmarcPolicy Policy { get; init; }

    /// <summary>sp=, for names below; null when absent.</summary>
    public DmarcPolicy? SubdomainPolicy { get; init; }

    /// <summary>np=, for names below that do not exist; null when absent. Read for RFC 9989 only.</summary>
    public DmarcPolicy? NonexistentPolicy { get; init; }

    /// <summary>adkim=.</summary>
    public DmarcAlignmentMode DkimAlignment { get; init; }

    /// <summary>aspf=.</summary>
    public DmarcAlignmentMode SpfAlignment { get; init; }

    /// <summary>fo=.</summary>
    public DmarcFailureOptions FailureOptions { get; init; } = DmarcFailureOptions.AllFail;

    /// <summary>pct=, 0 to 100. RFC 7489 only.</summary>
    public int Percent { get; init; } = 100;

    /// <summary>ri=, in seconds. RFC 7489 only.</summary>
    public uint ReportInterval { get; init; } = DefaultReportInterval;

    /// <summary>psd=. RFC 9989 only.</summary>
    public DmarcPublicSuffix PublicSuffix { get; init; }

    /// <summary>t=y: the policy is being tried out, and one level less is wanted. RFC 9989 only.</summary>
    public bool IsTesting { get; init; }

    /// <summary>rua=: where aggregate reports go. What is no URI is left out.</summary>
    public ImmutableArray<DmarcReportUri> AggregateReports { get; init; } = [];

    /// <summary>ruf=: where failure reports go.</summary>
    public ImmutableArray<DmarcReportUri> FailureReports { get; init; } = [];
}
