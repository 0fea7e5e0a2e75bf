namespace Pipeline.Policy.Configuration;

/// <summary>The main options that are not done, with what an operator is told of them. An option that is not here is done.</summary>
internal static class MainOptionSupport
{
    private const string NoEtrn = "the command is refused to everybody";
    private const string NoUserChange = "no delivery changes the user: everything runs as the user of the node";
    private const string OpenSsl = "TLS is done with OpenSSL, by the policy of its openssl.cnf";

    public static (Support Support, string Names)[] Marks { get; } =
    [
        .. Receipt, .. Tls, .. Queue, .. Logs, .. Machine, .. Lookups, .. Scanners,
    ];

    private static (Support Support, string Names)[] Receipt =>
    [
        (Support.WithoutEffect(NoEtrn), "acl_smtp_etrn smtp_etrn_command smtp_etrn_serialize acl_smtp_atrn"),
        (Support.WithoutEffect("the command is not known to the server"), "acl_smtp_wellknown wellknown_advertise_hosts"),
        (Support.WithoutEffect("the name is looked up when something asks for it"), "helo_lookup_domains"),
        (Support.WithoutEffect("the name is looked up when something asks for it"), "host_lookup"),
        (Support.NotDone("names are looked up in the DNS, and confirmed by it", "bydns:byaddr|bydns"), "host_lookup_order"),
        (Support.WithoutEffect("the extension is not offered"), "tls_early_banner_hosts"),
        (Support.WithoutEffect("lines end as RFC 5321 says"), "drop_cr"),
    ];

    private static (Support Support, string Names)[] Tls =>
    [
        (Support.WithoutEffect(OpenSsl), """
            gnutls_allow_auto_pkcs11 gnutls_compat_mode gnutls_require_kx gnutls_require_mac gnutls_require_protocols tls_dhparam
            tls_dh_max_bits tls_eccurve tls_remember_esmtp
            """),
        (Support.NotDone("the platform's TLS takes no OCSP response from a file: none is stapled"), "tls_ocsp_file"),
    ];

    private static (Support Support, string Names)[] Queue =>
    [
        (Support.Refused("filters are not run; use routers and ACLs"), """
            system_filter system_filter_directory_transport system_filter_file_transport system_filter_group system_filter_pipe_transport
            system_filter_reply_transport system_filter_user
            """),
        (Support.NotDone("a message is in the queue when its program has ended"), "mua_wrapper"),
        (Support.WithoutEffect("a queue run makes due what waits for it, the oldest first; each message then has its own timer"), "queue_run_max queue_run_in_order queue_fast_ramp"),
        (Support.WithoutEffect("frozen messages stay in the store like all others"), "move_frozen_messages"),
        (Support.WithoutEffect("the store keeps messages in its own form"), "split_spool_directory spool_wireformat message_logs preserve_message_logs keep_malformed"),
        (Support.WithoutEffect("the store always syncs"), "disable_fsync"),
        (Support.WithoutEffect(NoUserChange), "never_users exim_user exim_group deliver_drop_privilege finduser_retries"),
    ];

    private static (Support Support, string Names)[] Logs =>
    [
        (Support.NotDone("the node writes to standard error, and its journal is shown by \"mailpipeline explain\""), """
            log_ports process_log_path slow_lookup_log event_action
            """),
        (Support.WithoutEffect("the node writes to standard error", "true|false"), "print_topbitchars"),
        (Support.NotDone("times are those of the environment variable TZ"), "timezone"),
    ];

    private static (Support Support, string Names)[] Machine =>
    [
        (Support.WithoutEffect("there is no such thing in this program"), """
            bi_command daemon_startup_retries daemon_startup_sleep debug_store exim_path exim_version
            local_scan_timeout localhost_number notifier_socket panic_coredump perl_at_start perl_startup perl_taintmode pid_file_path
            receive_timeout smtp_backlog_monitor check_rfc2047_length
            """),
        (Support.WithoutEffect("the listener sets its sockets itself", "true|false"), "smtp_accept_keepalive tcp_nodelay smtp_connect_backlog"),
        (Support.NotDone("each server is asked with times and retries of the resolver's own; set Dns, Servers, in node.json"), "dns_retrans dns_retry"),
        (Support.NotDone("the word of resolvers about DNSSEC counts, and not that of servers: set Dns, Trusted, in node.json"), "dns_trust_aa"),
        (Support.NotDone("aliases that the resolver has not followed itself are followed, twelve of them at most", "1"), "dns_cname_loops"),
        (Support.WithoutEffect("every query asks whether the answer is authentic"), "dns_dnssec_ok"),
        (Support.WithoutEffect("every query has EDNS, and is asked without where a server does not know it"), "dns_use_edns0"),
        (Support.NotDone("every name that DNS can carry is asked for"), "dns_check_names_pattern"),
        (Support.WithoutEffect("\"verify = csa\" is refused when it is reached"), "dns_csa_search_limit dns_csa_use_reverse"),
    ];

    private static (Support Support, string Names)[] Lookups =>
    [
        (Support.WithoutEffect("files are opened anew for each lookup, or kept while they do not change"), "lookup_open_max"),
        (Support.WithoutEffect("the lookup type is refused when it is reached"), "ibase_servers oracle_servers"),
    ];

    private static (Support Support, string Names)[] Scanners =>
    [
        (Support.WithoutEffect("every signature is verified"), "dkim_verify_minimal"),
    ];
}
