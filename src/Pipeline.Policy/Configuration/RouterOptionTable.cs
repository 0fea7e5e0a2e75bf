using System.Collections.Frozen;

namespace Pipeline.Policy.Configuration;

/// <summary>Every router option of Exim 4.92 and later: those of all routers, and those of each driver.</summary>
public static class RouterOptionTable
{
    private const string NoUserChange = "no delivery changes the user: files belong to the user of the node";
    private const string SameDomain = "every recipient is routed for itself, with the same result";
    private const string NoFilters = "filters are not run";

    public static OptionTable Generic { get; } = new OptionTable(
    [
        .. OptionTable.Of(OptionType.Bool, """
            address_test bmi_deliver_alternate bmi_deliver_default bmi_dont_deliver caseful_local_part check_local_user disable_logging
            dsn_lasthop dsn_process expn fail_verify fail_verify_recipient fail_verify_sender initgroups local_part_prefix_optional
            local_part_suffix_optional log_as_local pass_on_timeout repeat_use retry_use_local_part verify verify_only verify_recipient
            verify_sender
            """),
        .. OptionTable.Of(OptionType.ExpandedBool, "more unseen"),
        .. OptionTable.Of(OptionType.String, "bmi_rule driver local_part_prefix local_part_suffix pass_router redirect_router self"),
        .. OptionTable.Of(OptionType.Expanded, """
            address_data cannot_route_message debug_print dnssec_request_domains dnssec_require_domains domains errors_to fallback_hosts group
            ignore_target_hosts local_parts require_files router_home_directory senders translate_ip_address transport
            transport_current_directory transport_home_directory user
            """),
        .. OptionTable.Repeatable(OptionType.Expanded, "condition headers_add headers_remove set"),
    ]).Marked(
        (Support.WithoutEffect("notifications are passed on as RFC 3461 says"), "dsn_process"),
        (Support.NotDone(NoUserChange), "user group"),
        (Support.WithoutEffect(NoUserChange), "initgroups"),
        (Support.NotDone("each recipient has its own times to be tried at"), "retry_use_local_part"),
        (Support.NotDone("the journal has whole addresses, and every delivery"), "disable_logging log_as_local"));

    public static IReadOnlyDictionary<string, OptionTable> Drivers { get; } = new Dictionary<string, OptionTable>
    {
        ["accept"] = OptionTable.Empty,
        ["ipliteral"] = OptionTable.Empty,
        ["dnslookup"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, "check_secondary_mx qualify_single rewrite_headers same_domain_copy_routing search_parents"),
            .. OptionTable.Of(OptionType.Expanded, """
                check_srv fail_defer_domains ipv4_only ipv4_prefer mx_domains mx_fail_domains srv_fail_domains widen_domains
                """),
        ]).Marked(
            (Support.NotDone("an abbreviated domain is completed in the envelope; in the header it stays as it came"), "rewrite_headers"),
            (Support.WithoutEffect(SameDomain), "same_domain_copy_routing")),
        ["iplookup"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, "optional"),
            .. OptionTable.Of(OptionType.Integer, "port"),
            .. OptionTable.Of(OptionType.Time, "timeout"),
            .. OptionTable.Of(OptionType.String, "hosts protocol response_pattern"),
            .. OptionTable.Of(OptionType.Expanded, "query reroute"),
        ]).OfDriver(Support.Refused("use a redirect router with a lookup")),
        ["manualroute"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, "same_domain_copy_routing"),
            .. OptionTable.Of(OptionType.ExpandedBool, "hosts_randomize"),
            .. OptionTable.Of(OptionType.String, "host_all_ignored host_find_failed route_list"),
            .. OptionTable.Of(OptionType.Expanded, "route_data"),
        ]).Marked((Support.WithoutEffect(SameDomain), "same_domain_copy_routing")),
        ["queryprogram"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Time, "timeout"),
            .. OptionTable.Of(OptionType.String, "command_group command_user"),
            .. OptionTable.Of(OptionType.Expanded, "command current_directory"),
        ]).Marked((Support.WithoutEffect("programs run as the user of the node"), "command_user command_group")),
        ["redirect"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, """
                allow_defer allow_fail allow_filter allow_freeze check_ancestor check_group check_owner filter_prepend_home forbid_blackhole
                forbid_exim_filter forbid_file forbid_filter_dlfunc forbid_filter_existstest forbid_filter_logwrite forbid_filter_lookup
                forbid_filter_perl forbid_filter_readfile forbid_filter_readsocket forbid_filter_reply forbid_filter_run forbid_include
                forbid_pipe forbid_sieve_filter forbid_smtp_code hide_child_in_errmsg ignore_eacces ignore_enotdir one_time
                qualify_preserve_domain rewrite skip_syntax_errors
                """),
            .. OptionTable.Of(OptionType.Octal, "modemask"),
            .. OptionTable.Of(OptionType.String, "owners owngroups srs"),
            .. OptionTable.Of(OptionType.Expanded, """
                data directory_transport file file_transport include_directory pipe_transport qualify_domain reply_transport
                sieve_enotify_mailto_owner sieve_subaddress sieve_useraddress sieve_vacation_directory srs_alias srs_condition srs_dbinsert
                srs_dbselect syntax_errors_text syntax_errors_to
                """),
        ]).Marked(
            (Support.RefusedWhenReached("a file that begins with \"# Exim filter\" or \"# Sieve filter\" is not run"), "allow_filter"),
            (Support.WithoutEffect(NoFilters), """
                allow_freeze filter_prepend_home forbid_exim_filter forbid_filter_dlfunc forbid_filter_existstest forbid_filter_logwrite
                forbid_filter_lookup forbid_filter_perl forbid_filter_readfile forbid_filter_readsocket forbid_filter_reply
                forbid_filter_run forbid_sieve_filter reply_transport sieve_enotify_mailto_owner sieve_subaddress sieve_useraddress
                sieve_vacation_directory
                """)),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
