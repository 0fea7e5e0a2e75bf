using System.Collections.Frozen;
using System.Globalization;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables that conditions, lookups and checks leave behind; until then each is empty, or says that nothing was found.</summary>
internal static class ConditionVariables
{
    private static readonly string[] Names =
    [
        "acl_verify_message", "arc_domains", "arc_oldest_pass", "arc_state", "arc_state_reason", "av_failed", "bounce_recipient", "callout_address",
        "connection_id", "dkim_algo", "dkim_bodylength", "dkim_canon_body", "dkim_canon_headers", "dkim_copiedheaders",
        "dcc_header", "dcc_result", "dkim_created", "dkim_cur_signer", "dkim_domain", "dkim_expires", "dkim_headernames", "dkim_identity", "dkim_key_granularity",
        "dkim_key_length", "dkim_key_nosubdomains", "dkim_key_notes", "dkim_key_srvtype", "dkim_key_testing", "dkim_selector", "dkim_signers",
        "dkim_verify_reason", "dkim_verify_status", "dmarc_alignment_dkim", "dmarc_alignment_spf", "dmarc_domain_policy", "dmarc_status",
        "dmarc_status_text", "dmarc_used_domain", "dnslist_domain", "dnslist_matched", "dnslist_text", "dnslist_value", "host_data", "ldap_dn", "malware_name",
        "lookup_dnssec_authenticated", "mime_anomaly_level", "mime_anomaly_text", "mime_boundary", "mime_charset", "mime_content_description",
        "mime_content_disposition", "mime_content_id", "mime_content_size", "mime_content_transfer_encoding", "mime_content_type", "mime_decoded_filename",
        "mime_filename", "mime_is_coverletter", "mime_is_multipart", "mime_is_rfc822", "mime_part_count", "prvscheck_address", "prvscheck_keynum",
        "prvscheck_result", "queue_name", "recipient_data", "recipient_verify_failure", "regex_match_string", "sender_address_data", "sender_data",
        "sender_helo_dnssec", "sender_helo_verified", "sender_host_dnssec",
        "prdr_requested", "sender_rate", "sender_rate_limit", "sender_rate_period", "sender_verify_failure", "smtp_command_history", "smtp_notquit_reason",
        "spam_action", "spam_bar", "spam_report", "spam_score", "spam_score_int", "spf_header_comment", "spf_received",
        "spf_result", "spf_result_guessed", "spf_smtp_comment", "spf_used_domain", "srs_recipient", "warn_message_delay", "warn_message_recipients",
    ];

    // Those of facilities that are not there: nothing sets them.
    private static readonly string[] NeverSet =
    [
        "atrn_host", "atrn_mode", "csa_status", "local_scan_data", "regex_cachesize", "spf_guess", "thisaddress", "tls_in_ocsp", "tls_in_resumption",
    ];

    private static readonly string[] Numbers = ["localhost_number", "smtp_count_at_connection_start"];

    /// <summary>What they are before anything has set them, where that is not the empty string.</summary>
    private static readonly FrozenDictionary<string, string> Unset = new Dictionary<string, string>
    {
        ["arc_oldest_pass"] = "0",
        ["av_failed"] = "0",
        ["dkim_bodylength"] = "9999999999999",
        ["dkim_created"] = "0",
        ["dkim_expires"] = "9999999999999",
        ["dkim_key_granularity"] = "*",
        ["dkim_key_length"] = "0",
        ["dkim_key_nosubdomains"] = "0",
        ["dkim_key_srvtype"] = "*",
        ["dkim_key_testing"] = "0",
        ["dmarc_status"] = "none",
        ["mime_anomaly_level"] = "0",
        ["mime_content_size"] = "0",
        ["mime_is_coverletter"] = "0",
        ["mime_is_multipart"] = "0",
        ["mime_is_rfc822"] = "0",
        ["mime_part_count"] = "-1",
        ["prdr_requested"] = "no",
        ["sender_helo_dnssec"] = "no",
        ["sender_host_dnssec"] = "no",
        ["spf_guess"] = "v=spf1 a/24 mx/24 ptr ?all",
        ["spf_result_guessed"] = "no",
        ["tls_in_ocsp"] = "0",
        ["tls_in_resumption"] = "0",
    }.ToFrozenDictionary();

    /// <summary>Those whose values are numbers and words of this program, or come from files and databases of the operator. What is in the others may be a peer's.</summary>
    private static readonly FrozenSet<string> OwnWords = new HashSet<string>(Numbers)
    {
        "arc_oldest_pass", "arc_state", "arc_state_reason", "av_failed", "callout_address", "dcc_result", "dkim_key_length", "dkim_key_nosubdomains",
        "dkim_key_testing", "dkim_verify_status", "dmarc_alignment_dkim", "dmarc_alignment_spf", "dmarc_domain_policy", "dmarc_status", "dmarc_status_text",
        "host_data", "ldap_dn",
        "lookup_dnssec_authenticated", "mime_anomaly_level", "mime_anomaly_text", "mime_content_size", "mime_decoded_filename", "mime_is_coverletter",
        "mime_is_multipart", "mime_is_rfc822", "mime_part_count", "prdr_requested", "queue_name", "recipient_data",
        "recipient_verify_failure", "regex_match_string", "sender_data",
        "sender_helo_dnssec", "sender_helo_verified", "sender_host_dnssec", "sender_rate", "sender_rate_limit", "sender_rate_period",
        "sender_verify_failure", "smtp_command_history", "smtp_notquit_reason", "spam_action", "spam_bar", "spam_score", "spam_score_int", "spf_result",
        "spf_result_guessed", "tls_in_ocsp", "tls_in_resumption",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static VariableDefinition[] Definitions { get; } =
    [
        .. Names.Select(name => Of(name, Unset.GetValueOrDefault(name, ""))),
        .. NeverSet.Select(name => Of(name, Unset.GetValueOrDefault(name, ""), isAvailable: false)),
        .. Numbers.Select(name => Of(name, "0")),
        .. Numbered("regex", 9),
    ];

    private static IEnumerable<VariableDefinition> Numbered(string prefix, int last) =>
        Enumerable.Range(1, last).Select(n => Of(prefix + n.ToString(CultureInfo.InvariantCulture), ""));

    private static VariableDefinition Of(string name, string unset, bool isAvailable = true)
    {
        var taint = OwnWords.Contains(name) ? Taint.None : Taint.Tainted;
        return new(name, scope => new ExpandedText(scope.Message.ConditionVariables.GetValueOrDefault(name, unset), taint)) { IsAvailable = isAvailable };
    }
}
