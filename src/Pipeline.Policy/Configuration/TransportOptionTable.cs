using System.Collections.Frozen;

namespace Pipeline.Policy.Configuration;

/// <summary>Every transport option of Exim 4.92 and later: those of all transports, and those of each driver.</summary>
public static class TransportOptionTable
{
    private const string NoUserChange = "no delivery changes the user: files belong to the user of the node";

    public static OptionTable Generic { get; } = new OptionTable(
    [
        .. OptionTable.Of(OptionType.Bool, """
            body_only delivery_date_add disable_logging envelope_to_add headers_only initgroups rcpt_include_affixes retry_use_local_part
            return_path_add
            """),
        .. OptionTable.Of(OptionType.Time, "transport_filter_timeout"),
        .. OptionTable.Of(OptionType.String, "driver headers_rewrite"),
        .. OptionTable.Of(OptionType.Expanded, """
            current_directory debug_print event_action group home_directory max_parallel message_size_limit return_path shadow_condition
            shadow_transport transport_filter user
            """),
        .. OptionTable.Repeatable(OptionType.Expanded, "headers_add headers_remove"),
    ]).Marked(
        (Support.NotDone(NoUserChange), "user group"),
        (Support.WithoutEffect(NoUserChange), "initgroups"),
        (Support.WithoutEffect("nothing prints it"), "debug_print"),
        (Support.NotDone("the journal has every delivery"), "disable_logging event_action"),
        (Support.NotDone("each recipient has its own times to be tried at"), "retry_use_local_part"));

    public static IReadOnlyDictionary<string, OptionTable> Drivers { get; } = new Dictionary<string, OptionTable>
    {
        ["appendfile"] = AppendFile(),
        ["autoreply"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, "file_expand file_optional return_message"),
            .. OptionTable.Of(OptionType.Octal, "mode"),
            .. OptionTable.Of(OptionType.Integer, "once_file_size"),
            .. OptionTable.Of(OptionType.Expanded, "bcc cc file from headers log never_mail once once_repeat reply_to subject text to"),
        ]),
        ["lmtp"] = new OptionTable(
        [
            .. OptionTable.Of(OptionType.Bool, "ignore_quota"),
            .. OptionTable.Of(OptionType.Integer, "batch_max"),
            .. OptionTable.Of(OptionType.Time, "timeout"),
            .. OptionTable.Of(OptionType.Expanded, "batch_id command socket"),
        ]),
        ["pipe"] = Pipe(),
        ["queuefile"] = new OptionTable(OptionTable.Of(OptionType.Expanded, "directory"))
            .WithoutGeneric(Support.NotDone("the message is written as it lies in the queue, for the program that takes it")),
        ["smtp"] = Smtp(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static OptionTable AppendFile() => new OptionTable(
    [
        .. OptionTable.Of(OptionType.Bool, """
            allow_fifo allow_symlink check_group check_owner create_directory file_must_exist maildir_format mailstore_format mbx_format
            mode_fail_narrower notify_comsat quota_is_inclusive use_bsmtp use_crlf use_fcntl_lock use_flock_lock use_lockfile use_mbx_lock
            """),
        .. OptionTable.Of(OptionType.ExpandedBool, "maildir_use_size_file"),
        .. OptionTable.Of(OptionType.Octal, "directory_mode lockfile_mode mode"),
        .. OptionTable.Of(OptionType.Integer, "batch_max lock_retries maildir_retries"),
        .. OptionTable.Of(OptionType.Time, "lock_fcntl_timeout lock_flock_timeout lock_interval lockfile_timeout"),
        .. OptionTable.Of(OptionType.String, "check_string create_file escape_string file_format maildir_quota_directory_regex maildirfolder_create_regex"),
        .. OptionTable.Of(OptionType.Expanded, """
            batch_id directory directory_file file mailbox_filecount mailbox_size maildir_tag mailstore_prefix mailstore_suffix message_prefix
            message_suffix quota quota_directory quota_filecount quota_size_regex quota_warn_message quota_warn_threshold
            """),
    ]).Marked(
        (Support.RefusedWhenReached("use the form mbox or maildir_format"), "mbx_format"),
        (Support.Refused("lock files, fcntl and flock are used"), "use_mbx_lock"),
        (Support.NotDone("locks are tried lock_retries times with lock_interval between"), "lock_fcntl_timeout lock_flock_timeout"),
        (Support.NotDone("only regular files are written; deliver to a program with the pipe transport"), "allow_fifo"),
        (Support.NotDone("nobody is told"), "notify_comsat"),
        (Support.NotDone("names in a Maildir are derived from the message, and need no second try", "10"), "maildir_retries"));

    private static OptionTable Pipe() => new OptionTable(
    [
        .. OptionTable.Of(OptionType.Bool, """
            force_command freeze_exec_fail freeze_signal ignore_status log_defer_output log_fail_output log_output permit_coredump
            restrict_to_path return_fail_output return_output timeout_defer use_bsmtp use_classresources use_crlf use_shell
            """),
        .. OptionTable.Of(OptionType.Octal, "umask"),
        .. OptionTable.Of(OptionType.Integer, "batch_max max_output"),
        .. OptionTable.Of(OptionType.Time, "timeout"),
        .. OptionTable.Of(OptionType.String, "check_string escape_string temp_errors"),
        .. OptionTable.Of(OptionType.Expanded, "allow_commands batch_id command environment message_prefix message_suffix path"),
    ]).Marked(
        (Support.WithoutEffect(NoUserChange), "use_classresources"),
        (Support.NotDone("programs run with the limits of the node"), "permit_coredump"));

    private static OptionTable Smtp() => new OptionTable(
    [
        .. OptionTable.Of(OptionType.Bool, """
            address_retry_include_sender allow_localhost delay_after_cutoff dns_qualify_single dns_search_parents gethostbyname hosts_override
            hosts_randomize keepalive lmtp_ignore_quota tls_tempfail_tryclear
            """),
        .. OptionTable.Of(OptionType.ExpandedBool, "authenticated_sender_force multi_domain retry_include_ip_address"),
        .. OptionTable.Of(OptionType.Integer, """
            connection_max_messages hosts_max_try hosts_max_try_hardlimit message_linelength_limit size_addition tls_dh_min_bits
            """),
        .. OptionTable.Of(OptionType.Time, "command_timeout connect_timeout data_timeout final_timeout"),
        .. OptionTable.Of(OptionType.String, "gnutls_require_kx gnutls_require_mac gnutls_require_protocols protocol host_name_extract"),
        .. OptionTable.Of(OptionType.Expanded, """
            arc_sign authenticated_sender dane_require_tls_ciphers dkim_canon dkim_domain dkim_hash dkim_identity dkim_private_key
            dkim_selector dkim_sign_headers dkim_strict dkim_timestamps dnssec_request_domains dnssec_require_domains dscp fallback_hosts
            helo_data hosts hosts_avoid_esmtp hosts_avoid_pipelining hosts_avoid_tls hosts_nopass_tls hosts_noproxy_tls hosts_pipe_connect
            hosts_request_ocsp hosts_require_alpn hosts_require_auth hosts_require_dane hosts_require_ocsp hosts_require_tls hosts_try_auth
            hosts_try_chunking hosts_try_dane hosts_try_fastopen hosts_try_prdr hosts_verify_avoid_tls interface max_rcpt port serialize_hosts
            socks_proxy tls_alpn tls_certificate tls_crl tls_privatekey tls_require_ciphers tls_resumption_hosts tls_sni
            tls_try_verify_hosts tls_verify_cert_hostnames tls_verify_certificates tls_verify_hosts utf8_downconvert
            """),
    ]).Marked(
        (Support.Refused("the platform's TLS does not hand out the response that a peer has stapled"), "hosts_require_ocsp"),
        (Support.NotDone("the platform's TLS does not hand out the response that a peer has stapled"), "hosts_request_ocsp"),
        (Support.WithoutEffect("TLS is done with OpenSSL, by the policy of its openssl.cnf"), """
            gnutls_require_kx gnutls_require_mac gnutls_require_protocols host_name_extract
            """),
        (Support.WithoutEffect("TCP Fast Open is not used"), "hosts_try_fastopen"),
        (Support.WithoutEffect("DATA is used for every host"), "hosts_try_chunking"),
        (Support.WithoutEffect("connections are made by one process"), "hosts_nopass_tls hosts_noproxy_tls"),
        (Support.NotDone("packets are not marked"), "dscp"),
        (Support.WithoutEffect("the connector sets its sockets itself", "true|false"), "keepalive"),
        (Support.NotDone("a message ends when its retry rule does", "true"), "delay_after_cutoff"),
        (Support.NotDone("each recipient has its own times to be tried at", "true"), "address_retry_include_sender"),
        (Support.NotDone("an address that needs SMTPUTF8 fails at a host without it", "-1|0"), "utf8_downconvert"));
}
