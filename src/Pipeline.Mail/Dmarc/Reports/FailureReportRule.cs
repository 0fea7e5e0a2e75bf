using Pipeline.Mail.Dkim;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Dmarc.Reports;

/// <summary>Whether a domain wants to hear of one message (tag fo=; RFC 9989 section 4.7, RFC 9991 section 3).</summary>
public static class FailureReportRule
{
    public static bool IsAskedFor(DmarcResult result, SpfVerdict spf, IReadOnlyList<DkimResult> dkim)
    {
        // What DNS kept from being decided is no failure; and a public suffix is not told of its registrants' mail (RFC 9991 section 4).
        if (result is not { Verdict: DmarcVerdict.Pass or DmarcVerdict.Fail, Record: { FailureReports.IsEmpty: false, PublicSuffix: not DmarcPublicSuffix.Yes } record })
        {
            return false;
        }

        return (Wants(DmarcFailureOptions.AllFail) && result.Verdict == DmarcVerdict.Fail)
            || (Wants(DmarcFailureOptions.AnyFails) && !(result.IsSpfAligned && result.IsDkimAligned))
            || (Wants(DmarcFailureOptions.Dkim) && dkim.Any(static signature => signature.Verdict is DkimVerdict.Fail or DkimVerdict.PermError))
            || (Wants(DmarcFailureOptions.Spf) && spf is (SpfVerdict.Fail or SpfVerdict.SoftFail));

        bool Wants(DmarcFailureOptions option) => record.FailureOptions.HasFlag(option);
    }
}
