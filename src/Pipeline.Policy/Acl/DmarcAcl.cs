using Pipeline.Mail.Dmarc;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>DMARC in the words of the configuration language: <c>dmarc_status</c>, its controls and its variables.</summary>
public static class DmarcAcl
{
    public const string DisableControl = "dmarc_disable_verify";

    /// <summary>Whoever publishes a record is told of messages that fail, when the record asks for that.</summary>
    public const string ReportControl = "dmarc_enable_forensic";

    private const string NotAsked = "none";

    /// <summary>Without the DKIM results there is nothing to judge by: the control for DKIM switches DMARC off too.</summary>
    public static bool IsDisabled(MessageScope message) => message.Controls.Contains(DisableControl) || message.Controls.Contains("dkim_disable_verify");

    /// <summary>Before the DATA ACL: what <c>$dmarc_status</c> is as long as no condition has asked.</summary>
    public static void Begin(MessageScope message)
    {
        if (IsDisabled(message))
        {
            message.ConditionVariables["dmarc_status"] = StatusOf(new DmarcOutcome.Off()).Status;
        }
    }

    /// <summary>The word that <c>dmarc_status</c> compares, and the text beside it.</summary>
    public static (string Status, string Text) StatusOf(DmarcOutcome outcome) => outcome switch
    {
        DmarcOutcome.Off => ("off", ""),
        DmarcOutcome.Judged { Result: var result } => result.Verdict switch
        {
            DmarcVerdict.Pass => ("accept", "Accept"),
            DmarcVerdict.TempError => ("temperror", "Internal Policy Error"),
            DmarcVerdict.Fail => result.Policy switch
            {
                DmarcPolicy.Reject => ("reject", "Reject"),
                DmarcPolicy.Quarantine => ("quarantine", "Quarantine"),
                _ => ("none", "None, Accept"),
            },
            _ => result.Author.Domains.IsEmpty ? ("nofrom", "No From: domain found") : ("norecord", "No DMARC record"),
        },
        _ => (NotAsked, ""),
    };

    /// <summary>Sets the variables; they stay set for the rest of the message.</summary>
    internal static void Show(MessageScope message, DmarcOutcome outcome)
    {
        message.Dmarc = outcome;
        var (status, text) = StatusOf(outcome);
        Set("dmarc_status", status);
        Set("dmarc_status_text", text);
        if (outcome is DmarcOutcome.Judged { Result: var result })
        {
            Set("dmarc_used_domain", result.PolicyDomain);
            Set("dmarc_domain_policy", result.Record?.Policy.Word ?? "");
            Set("dmarc_alignment_spf", YesOrNo(result.IsSpfAligned));
            Set("dmarc_alignment_dkim", YesOrNo(result.IsDkimAligned));
        }

        void Set(string name, string value) => message.ConditionVariables[name] = OctetString.FromText(value);
    }

    /// <summary>The line of the main log; there is one only where a record decides.</summary>
    internal static string? LogLine(MessageScope message, DmarcOutcome outcome) =>
        outcome is DmarcOutcome.Judged { Result: { Record: not null } result }
            ? $"{message.Id} DMARC results: spf_domain={result.Spf?.Domain} dmarc_domain={result.AuthorDomain} spf_align={YesOrNo(result.IsSpfAligned)} "
                + $"dkim_align={YesOrNo(result.IsDkimAligned)} enforcement='{StatusOf(outcome).Text}'"
            : null;

    private static string YesOrNo(bool value) => value ? "yes" : "no";
}
