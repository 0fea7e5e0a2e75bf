namespace Pipeline.Policy.Configuration;

/// <summary>Every main option of Exim 4.92 and later, so that real files read, and this program's own, <c>dmarc_evaluation</c> and <c>tainted_data</c>; <see cref="MainOptionSupport"/> says which have an effect here.</summary>
public static class MainOptionTable
{
    private const string Booleans = """
        accept_8bitmime allow_domain_literals allow_insecure_tainted_data allow_mx_to_ip allow_utf8_domains bounce_return_body bounce_return_message
        check_rfc2047_length commandline_checks_require_admin dcc_direct_add_header debug_store deliver_drop_privilege delivery_date_remove
        disable_fsync disable_ipv6 dkim_verify_minimal dns_csa_use_reverse drop_cr envelope_to_remove extract_addresses_remove_arguments
        gnutls_allow_auto_pkcs11 gnutls_compat_mode ignore_fromline_local ldap_start_tls local_from_check local_sender_retain log_timezone
        message_body_newlines message_logs move_frozen_messages mua_wrapper panic_coredump perl_at_start perl_taintmode prdr_enable
        preserve_message_logs print_topbitchars prod_requires_admin queue_fast_ramp queue_list_requires_admin queue_only queue_only_load_latch
        queue_only_override queue_run_in_order recipients_max_reject return_path_remove smtp_accept_keepalive smtp_check_spool_space
        smtp_enforce_sync smtp_etrn_serialize smtp_return_error_details split_spool_directory spool_wireformat srs_usehash srs_usetimestamp
        strict_acl_vars strip_excess_angle_brackets strip_trailing_dot syslog_duplication syslog_pid syslog_timestamp tcp_nodelay
        tls_remember_esmtp write_rejectlog
        """;

    private const string Integers = """
        bounce_return_linesize_limit bounce_return_size_limit check_log_inodes check_log_space check_spool_inodes check_spool_space
        daemon_startup_retries dns_cname_loops dns_csa_search_limit dns_dnssec_ok dns_retry dns_use_edns0 finduser_retries header_line_maxsize
        header_maxsize ldap_version lookup_open_max max_username_length message_body_visible received_headers_max return_size_limit
        smtp_accept_max smtp_accept_max_nonmail smtp_accept_queue smtp_accept_queue_per_connection smtp_accept_reserve smtp_backlog_monitor
        smtp_connect_backlog smtp_max_synprot_errors smtp_max_unknown_commands srs_hashlength srs_hashmin srs_maxage tls_dh_max_bits
        """;

    private const string Times = """
        auto_thaw callout_domain_negative_expire callout_domain_positive_expire callout_negative_expire callout_positive_expire
        daemon_startup_sleep dns_retrans ignore_bounce_errors_after keep_malformed local_scan_timeout proxy_protocol_timeout receive_timeout
        retry_data_expire retry_interval_max rfc1413_query_timeout sqlite_lock_timeout timeout_frozen_after
        """;

    private const string Strings = """
        add_environment admin_groups bi_command bmi_config_file dkim_verify_hashes dkim_verify_keytypes dkim_verify_min_keysizes
        dmarc_evaluation dns_check_names_pattern dns_ipv4_lookup errors_copy exim_group exim_path exim_user exim_version extra_local_interfaces gecos_name
        gecos_pattern gnutls_require_kx gnutls_require_mac gnutls_require_protocols headers_charset helo_allow_chars host_lookup_order
        ibase_servers keep_environment ldap_ca_cert_dir ldap_ca_cert_file ldap_cert_file ldap_cert_key ldap_cipher_suite ldap_default_servers
        ldap_require_cert local_from_prefix local_from_suffix local_interfaces localhost_number log_ports log_selector mysql_servers
        openssl_options oracle_servers perl_startup pgsql_servers primary_hostname process_log_path queue_only_file redis_servers
        remote_sort_domains smtp_etrn_command smtp_ratelimit_mail smtp_ratelimit_rcpt sqlite_dbfile srs_config srs_secrets srs_secret
        syslog_facility syslog_processname timezone tls_on_connect_ports unknown_login unknown_username uucp_from_pattern
        warn_message_file bounce_message_file system_filter_user system_filter_group trusted_users trusted_groups
        never_users notifier_socket tainted_data
        """;

    private const string ExpandedStrings = """
        acl_not_smtp acl_not_smtp_mime acl_not_smtp_start acl_smtp_atrn acl_smtp_auth acl_smtp_connect acl_smtp_data acl_smtp_data_prdr
        acl_smtp_dkim acl_smtp_etrn acl_smtp_expn acl_smtp_helo acl_smtp_mail acl_smtp_mailauth acl_smtp_mime acl_smtp_notquit
        acl_smtp_predata acl_smtp_quit acl_smtp_rcpt acl_smtp_starttls acl_smtp_vrfy acl_smtp_wellknown auth_advertise_hosts av_scanner
        bounce_message_text bounce_sender_authentication callout_random_local_part chunking_advertise_hosts daemon_smtp_port
        daemon_smtp_ports dccifd_address dccifd_options delay_warning_condition dkim_verify_signers dmarc_forensic_sender dmarc_history_file dmarc_tld_file
        dns_again_means_nonexist dns_trust_aa dsn_advertise_hosts dsn_from errors_reply_to event_action freeze_tell helo_accept_junk_hosts
        helo_lookup_domains helo_try_verify_hosts helo_verify_hosts hold_domains host_lookup host_reject_connection hosts_connection_nolog
        hosts_proxy hosts_require_alpn hosts_require_helo hosts_treat_as_local ignore_fromline_hosts limits_advertise_hosts log_file_path
        message_id_header_domain message_id_header_text message_size_limit percent_hack_domains pid_file_path pipe_connect_advertise_hosts
        pipelining_advertise_hosts pipelining_connect_advertise_hosts qualify_domain qualify_recipient queue_domains queue_run_max
        queue_smtp_domains received_header_text recipient_unqualified_hosts recipients_max remote_max_parallel rfc1413_hosts
        sender_unqualified_hosts smtp_accept_max_nonmail_hosts smtp_accept_max_per_connection smtp_accept_max_per_host smtp_active_hostname
        smtp_banner smtp_ratelimit_hosts smtp_receive_timeout smtp_reserve_hosts smtputf8_advertise_hosts spamd_address spf_guess
        spf_smtp_comment_template spool_directory system_filter system_filter_directory_transport system_filter_file_transport
        system_filter_pipe_transport system_filter_reply_transport tls_advertise_hosts tls_advertise_requiretls tls_alpn tls_certificate
        tls_crl tls_dhparam tls_early_banner_hosts tls_eccurve tls_ocsp_file tls_privatekey tls_require_ciphers tls_resumption_hosts
        tls_try_verify_hosts tls_verify_certificates tls_verify_hosts untrusted_set_sender uucp_from_sender wellknown_advertise_hosts
        """;

    public static OptionTable Instance { get; } = new OptionTable(
    [
        .. OptionTable.Of(OptionType.Bool, Booleans),
        .. OptionTable.Of(OptionType.Integer, Integers),
        .. OptionTable.Of(OptionType.Time, Times),
        .. OptionTable.Of(OptionType.TimeList, "delay_warning"),
        .. OptionTable.Of(OptionType.Fixed, "deliver_queue_load_max queue_only_load smtp_load_reserve"),
        .. OptionTable.Of(OptionType.Integer, "slow_lookup_log"),
        .. OptionTable.Of(OptionType.String, Strings),
        .. OptionTable.Of(OptionType.Expanded, ExpandedStrings),
    ]).Marked(MainOptionSupport.Marks);
}
