using System.Collections.Frozen;
using System.Collections.Immutable;
using Pipeline.Policy.Callers;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>Turns the settings of a main part into <see cref="MainOptions"/>; the defaults stand here, once.</summary>
internal sealed class MainOptionsReader(IReadOnlyList<OptionSetting> settings, ICollection<ConfigurationProblem> problems)
    : OptionReader(settings, MainOptionTable.Instance, problems)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public MainOptions Read() => new()
    {
        AclOptions = Acls(),
        Settings = Settings.GroupBy(s => s.Name).ToFrozenDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal),
        PrimaryHostname = GetString("primary_hostname"),
        QualifyDomain = GetExpandable("qualify_domain"),
        QualifyRecipient = GetExpandable("qualify_recipient"),
        SmtpActiveHostname = GetExpandable("smtp_active_hostname"),
        HostsTreatAsLocal = GetList("hosts_treat_as_local", ListKind.Domain, ""),
        LocalInterfaces = GetString("local_interfaces"),
        DaemonSmtpPorts = GetExpandable("daemon_smtp_ports") ?? GetExpandable("daemon_smtp_port"),
        TlsOnConnectPorts = GetString("tls_on_connect_ports"),
        DisableIpv6 = GetBool("disable_ipv6"),
        MessageSizeLimit = GetExpandable("message_size_limit", "50M"),
        SmtpAcceptMax = GetInt32("smtp_accept_max", 20),
        SmtpAcceptMaxPerHost = GetExpandable("smtp_accept_max_per_host"),
        SmtpAcceptMaxPerConnection = GetExpandable("smtp_accept_max_per_connection", "1000"),
        SmtpAcceptMaxNonMail = GetInt32("smtp_accept_max_nonmail", 10),
        SmtpAcceptMaxNonMailHosts = GetList("smtp_accept_max_nonmail_hosts", ListKind.Host, "*"),
        SmtpAcceptQueue = GetInt32("smtp_accept_queue", 0),
        SmtpAcceptQueuePerConnection = IsSet("smtp_accept_queue_per_connection") ? GetInt32("smtp_accept_queue_per_connection", 0) : null,
        SmtpAcceptReserve = GetInt32("smtp_accept_reserve", 0),
        SmtpReserveHosts = GetList("smtp_reserve_hosts", ListKind.Host),
        SmtpLoadReserve = GetFixed("smtp_load_reserve"),
        SmtpRatelimitHosts = GetList("smtp_ratelimit_hosts", ListKind.Host),
        SmtpRatelimitMail = ReadRateLimit("smtp_ratelimit_mail"),
        SmtpRatelimitRcpt = ReadRateLimit("smtp_ratelimit_rcpt"),
        SmtpReceiveTimeout = GetExpandable("smtp_receive_timeout", "5m"),
        SmtpMaxUnknownCommands = GetInt32("smtp_max_unknown_commands", 3),
        SmtpMaxSynprotErrors = GetInt32("smtp_max_synprot_errors", 3),
        SmtpEnforceSync = GetBool("smtp_enforce_sync", true),
        SmtpReturnErrorDetails = GetBool("smtp_return_error_details"),
        RecipientsMax = GetExpandable("recipients_max", "0"),
        RecipientsMaxReject = GetBool("recipients_max_reject"),
        ReceivedHeadersMax = GetInt32("received_headers_max", 30),
        HeaderMaxSize = GetInteger("header_maxsize", 1024 * 1024),
        HeaderLineMaxSize = GetInteger("header_line_maxsize", 0),
        SmtpBanner = GetExpandable("smtp_banner", "$smtp_active_hostname ESMTP Exim $version_number $tod_full"),
        HostLookup = GetList("host_lookup", ListKind.Host, ""),
        HostLookupOrder = GetString("host_lookup_order", "bydns:byaddr"),
        HostRejectConnection = GetList("host_reject_connection", ListKind.Host),
        SpfSmtpCommentTemplate = GetExpandable("spf_smtp_comment_template"),
        MaxUsernameLength = GetInt32("max_username_length", 0),
        HostsConnectionNolog = GetList("hosts_connection_nolog", ListKind.Host),
        ProxyProtocolTimeout = GetTime("proxy_protocol_timeout", TimeSpan.FromSeconds(3)),
        HostsProxy = GetList("hosts_proxy", ListKind.Host),
        HostsRequireHelo = GetList("hosts_require_helo", ListKind.Host, "*"),
        HeloAcceptJunkHosts = GetList("helo_accept_junk_hosts", ListKind.Host),
        HeloAllowChars = GetString("helo_allow_chars", ""),
        HeloLookupDomains = GetList("helo_lookup_domains", ListKind.Domain, "@ : @[]"),
        HeloVerifyHosts = GetList("helo_verify_hosts", ListKind.Host),
        HeloTryVerifyHosts = GetList("helo_try_verify_hosts", ListKind.Host),
        SenderUnqualifiedHosts = GetList("sender_unqualified_hosts", ListKind.Host),
        RecipientUnqualifiedHosts = GetList("recipient_unqualified_hosts", ListKind.Host),
        PipeliningAdvertiseHosts = GetList("pipelining_advertise_hosts", ListKind.Host, "*"),
        PipeConnectAdvertiseHosts = MailList.Compile(
            ListKind.Host, GetString("pipe_connect_advertise_hosts") ?? GetString("pipelining_connect_advertise_hosts", "*")),
        ChunkingAdvertiseHosts = GetList("chunking_advertise_hosts", ListKind.Host, "*"),
        DsnAdvertiseHosts = GetList("dsn_advertise_hosts", ListKind.Host),
        AuthAdvertiseHosts = GetList("auth_advertise_hosts", ListKind.Host, "*"),
        SmtpUtf8AdvertiseHosts = GetList("smtputf8_advertise_hosts", ListKind.Host, "*"),
        LimitsAdvertiseHosts = GetList("limits_advertise_hosts", ListKind.Host),
        TlsAdvertiseRequireTls = GetList("tls_advertise_requiretls", ListKind.Host, "*"),
        Accept8BitMime = GetBool("accept_8bitmime", true),
        PrdrEnable = GetBool("prdr_enable"),
        AllowDomainLiterals = GetBool("allow_domain_literals"),
        AllowMxToIp = GetBool("allow_mx_to_ip"),
        AllowUtf8Domains = GetBool("allow_utf8_domains"),
        StripTrailingDot = GetBool("strip_trailing_dot"),
        StripExcessAngleBrackets = GetBool("strip_excess_angle_brackets"),
        Rfc1413Hosts = GetList("rfc1413_hosts", ListKind.Host, "@[]"),
        Rfc1413QueryTimeout = GetTime("rfc1413_query_timeout", TimeSpan.Zero),
        TlsAdvertiseHosts = GetList("tls_advertise_hosts", ListKind.Host, "*"),
        TlsCertificate = GetExpandable("tls_certificate"),
        TlsPrivateKey = GetExpandable("tls_privatekey"),
        TlsRequireCiphers = GetExpandable("tls_require_ciphers"),
        OpensslOptions = GetString("openssl_options"),
        TlsAlpn = GetExpandable("tls_alpn", "smtp : esmtp"),
        HostsRequireAlpn = GetList("hosts_require_alpn", ListKind.Host),
        TlsResumptionHosts = GetList("tls_resumption_hosts", ListKind.Host),
        TlsVerifyHosts = GetList("tls_verify_hosts", ListKind.Host),
        TlsTryVerifyHosts = GetList("tls_try_verify_hosts", ListKind.Host),
        TlsVerifyCertificates = GetExpandable("tls_verify_certificates", "system"),
        TlsCrl = GetExpandable("tls_crl"),
        HeadersCharset = GetString("headers_charset", "ISO-8859-1"),
        ReceivedHeaderText = GetExpandable("received_header_text"),
        MessageIdHeaderDomain = GetExpandable("message_id_header_domain"),
        MessageIdHeaderText = GetExpandable("message_id_header_text"),
        MessageBodyVisible = GetInt32("message_body_visible", 500),
        MessageBodyNewlines = GetBool("message_body_newlines"),
        EnvelopeToRemove = GetBool("envelope_to_remove", true),
        DeliveryDateRemove = GetBool("delivery_date_remove", true),
        ReturnPathRemove = GetBool("return_path_remove", true),
        ExtractAddressesRemoveArguments = GetBool("extract_addresses_remove_arguments", true),
        LocalFromCheck = GetBool("local_from_check", true),
        LocalSenderRetain = GetBool("local_sender_retain"),
        LocalFromPrefix = GetString("local_from_prefix"),
        LocalFromSuffix = GetString("local_from_suffix"),
        UntrustedSetSender = GetList("untrusted_set_sender", ListKind.Address),
        TrustedUsers = Accounts("trusted_users", AccountList.Users),
        TrustedGroups = Accounts("trusted_groups", AccountList.Groups),
        AdminGroups = Accounts("admin_groups", AccountList.Groups),
        QueueListRequiresAdmin = GetBool("queue_list_requires_admin", true),
        ProdRequiresAdmin = GetBool("prod_requires_admin", true),
        CommandlineChecksRequireAdmin = GetBool("commandline_checks_require_admin"),
        UnknownLogin = GetExpandable("unknown_login"),
        UnknownUsername = GetExpandable("unknown_username"),
        GecosPattern = GetPattern("gecos_pattern"),
        GecosName = GetExpandable("gecos_name"),
        UucpFromPattern = GetPattern("uucp_from_pattern") ?? DefaultUucpFromPattern,
        UucpFromSender = GetExpandable("uucp_from_sender", "$1"),
        IgnoreFromlineHosts = GetList("ignore_fromline_hosts", ListKind.Host),
        IgnoreFromlineLocal = GetBool("ignore_fromline_local"),
        TaintedData = TaintModes.Read(GetString("tainted_data"), IsSet("allow_insecure_tainted_data") ? GetBool("allow_insecure_tainted_data") : null),
        StrictAclVars = GetBool("strict_acl_vars"),
        SpoolDirectory = GetExpandable("spool_directory"),
        SplitSpoolDirectory = GetBool("split_spool_directory"),
        CheckSpoolSpace = (GetInteger("check_spool_space", 10 * 1024 * 1024) + 512) / 1024,
        CheckSpoolInodes = GetInteger("check_spool_inodes", 100),
        CheckLogSpace = (GetInteger("check_log_space", 10 * 1024 * 1024) + 512) / 1024,
        CheckLogInodes = GetInteger("check_log_inodes", 100),
        SmtpCheckSpoolSpace = GetBool("smtp_check_spool_space", true),
        QueueOnly = GetBool("queue_only"),
        QueueOnlyOverride = GetBool("queue_only_override", true),
        QueueOnlyFile = GetString("queue_only_file"),
        QueueOnlyLoad = GetFixed("queue_only_load"),
        QueueOnlyLoadLatch = GetBool("queue_only_load_latch", true),
        DeliverQueueLoadMax = GetFixed("deliver_queue_load_max"),
        QueueDomains = GetList("queue_domains", ListKind.Domain),
        QueueSmtpDomains = GetList("queue_smtp_domains", ListKind.Domain),
        HoldDomains = GetList("hold_domains", ListKind.Domain),
        QueueRunMax = GetExpandable("queue_run_max", "5"),
        RemoteMaxParallel = GetExpandable("remote_max_parallel"),
        RemoteSortDomains = [.. ListSyntax.Split(GetString("remote_sort_domains") ?? "").Select(static item => MailList.Compile(ListKind.Domain, item.Replace(":", "::", StringComparison.Ordinal)))],
        RetryIntervalMax = TimeSpan.FromTicks(Math.Min(GetTime("retry_interval_max", Day).Ticks, Day.Ticks)),
        RetryDataExpire = GetTime("retry_data_expire", 7 * Day),
        IgnoreBounceErrorsAfter = GetTime("ignore_bounce_errors_after", 70 * Day),
        TimeoutFrozenAfter = GetTime("timeout_frozen_after", TimeSpan.Zero),
        AutoThaw = GetTime("auto_thaw", TimeSpan.Zero),
        FreezeTell = GetExpandable("freeze_tell"),
        DelayWarning = GetTimeList("delay_warning", [Day]),
        DelayWarningCondition = GetExpandable("delay_warning_condition", DefaultDelayWarningCondition),
        BounceReturnBody = GetBool("bounce_return_body", true),
        BounceReturnMessage = GetBool("bounce_return_message", true),
        BounceReturnSizeLimit = GetInteger(IsSet("bounce_return_size_limit") ? "bounce_return_size_limit" : "return_size_limit", 100 * 1024),
        BounceReturnLinesizeLimit = GetInteger("bounce_return_linesize_limit", 998),
        BounceSenderAuthentication = GetExpandable("bounce_sender_authentication"),
        BounceMessageText = GetExpandable("bounce_message_text"),
        BounceMessageFile = GetExpandable("bounce_message_file"),
        WarnMessageFile = GetExpandable("warn_message_file"),
        DsnFrom = GetExpandable("dsn_from", "Mail Delivery System <Mailer-Daemon@$qualify_domain>"),
        ErrorsCopy = ReadErrorsCopy(),
        ErrorsReplyTo = GetExpandable("errors_reply_to"),
        PercentHackDomains = GetList("percent_hack_domains", ListKind.Domain),
        DnsAgainMeansNonexist = GetList("dns_again_means_nonexist", ListKind.Domain),
        DnsIpv4Lookup = GetList("dns_ipv4_lookup", ListKind.Domain),
        ExtraLocalInterfaces = GetString("extra_local_interfaces"),
        DnsCheckNamesPattern = GetString("dns_check_names_pattern", DefaultDnsCheckNamesPattern),
        DnsRetrans = GetTime("dns_retrans", TimeSpan.Zero),
        DnsRetry = GetInt32("dns_retry", 0),
        CalloutPositiveExpire = GetTime("callout_positive_expire", Day),
        CalloutNegativeExpire = GetTime("callout_negative_expire", TimeSpan.FromHours(2)),
        CalloutDomainPositiveExpire = GetTime("callout_domain_positive_expire", 7 * Day),
        CalloutDomainNegativeExpire = GetTime("callout_domain_negative_expire", TimeSpan.FromHours(3)),
        CalloutRandomLocalPart = GetExpandable("callout_random_local_part", "$primary_hostname-$tod_epoch-testing"),
        AvScanner = GetExpandable("av_scanner"),
        SpamdAddress = GetExpandable("spamd_address", "127.0.0.1 783"),
        DkimLimits = DkimAcceptance.Read(GetString, out _),
        DkimVerifySigners = GetExpandable("dkim_verify_signers", "$dkim_signers"),
        DccifdAddress = GetString("dccifd_address", Scanning.DccifdAddress.Usual),
        DccifdOptions = GetString("dccifd_options", "header"),
        DccDirectAddHeader = GetBool("dcc_direct_add_header"),
        BmiConfigFile = GetString("bmi_config_file", "/opt/brightmail/etc/brightmail.cfg"),
        DmarcEvaluation = DmarcEvaluations.Find(GetString("dmarc_evaluation")) ?? default,
        DmarcTldFile = GetExpandable("dmarc_tld_file", Acl.PublicSuffixFile.Usual),
        DmarcHistoryFile = GetExpandable("dmarc_history_file"),
        SpfGuess = GetExpandable("spf_guess", "v=spf1 a/24 mx/24 ptr ?all"),
        DmarcForensicSender = GetExpandable("dmarc_forensic_sender"),
        SrsConfig = GetString("srs_config"),
        SrsSecrets = [.. ListSyntax.Split(GetString("srs_secrets") ?? GetString("srs_secret") ?? "")],
        SrsMaxage = GetInteger("srs_maxage", 31),
        SrsHashlength = GetInteger("srs_hashlength", 6),
        SrsHashmin = GetInteger("srs_hashmin", -1),
        SrsUsetimestamp = GetBool("srs_usetimestamp", true),
        SrsUsehash = GetBool("srs_usehash", true),
        LogSelector = LogSelection.Parse(GetString("log_selector")),
        LogFilePath = GetExpandable("log_file_path"),
        LogTimezone = GetBool("log_timezone"),
        MessageLogs = GetBool("message_logs", true),
        WriteRejectLog = GetBool("write_rejectlog", true),
        SyslogTimestamp = GetBool("syslog_timestamp", true),
        SyslogPid = GetBool("syslog_pid", true),
        SyslogDuplication = GetBool("syslog_duplication", true),
        SyslogFacility = SyslogFacilities.NumberOf(GetString("syslog_facility")) ?? SyslogFacilities.Mail,
        SyslogProcessName = GetString("syslog_processname", "exim"),
        KeepEnvironment = GetString("keep_environment"),
        AddEnvironment = GetString("add_environment"),
        LookupOpenMax = GetInt32("lookup_open_max", 25),
        MysqlServers = GetString("mysql_servers"),
        PgsqlServers = GetString("pgsql_servers"),
        SqliteDbFile = GetString("sqlite_dbfile"),
        SqliteLockTimeout = GetTime("sqlite_lock_timeout", TimeSpan.FromSeconds(5)),
        LdapDefaultServers = GetString("ldap_default_servers"),
        LdapVersion = GetInt32("ldap_version", 3),
        LdapStartTls = GetBool("ldap_start_tls"),
        LdapCaCertFile = GetString("ldap_ca_cert_file"),
        LdapCaCertDir = GetString("ldap_ca_cert_dir"),
        LdapCertFile = GetString("ldap_cert_file"),
        LdapCertKey = GetString("ldap_cert_key"),
        LdapCipherSuite = GetString("ldap_cipher_suite"),
        LdapRequireCert = GetString("ldap_require_cert"),
        RedisServers = GetString("redis_servers"),
    };

    private const string DefaultDelayWarningCondition =
        "${if or {{ !eq{$h_list-id:$h_list-post:$h_list-subscribe:}{} } { match{$h_precedence:}{(?i)bulk|list|junk} } "
        + "{ match{$h_auto-submitted:}{(?i)auto-generated|auto-replied} }} {no}{yes}}";

    private const string DefaultDnsCheckNamesPattern = @"(?i)^(?>(?(1)\.|())[^\W](?>[a-z0-9/_-]*[^\W])?)+(\.?)$";

    private const string DefaultUucpFromPattern =
        @"^From\s+(\S+)\s+(?:[a-zA-Z]{3},?\s+)?(?:[a-zA-Z]{3}\s+\d?\d|\d?\d\s+[a-zA-Z]{3}\s+\d\d(?:\d\d)?)\s+\d\d?:\d\d?";

    private delegate ImmutableArray<uint> AccountReader(string? list, out string problem);

    private ImmutableArray<uint> Accounts(string name, AccountReader read)
    {
        var ids = read(GetString(name), out var problem);
        if (problem.Length > 0)
        {
            Report(problem, name);
        }

        return ids;
    }

    private string? GetPattern(string name)
    {
        if (GetString(name) is not { Length: > 0 } text)
        {
            return null;
        }

        if (!PatternCache.TryGet(text, caseless: false, out _, out var error))
        {
            Report(error, name);
        }

        return text;
    }

    private ErrorCopies ReadErrorsCopy()
    {
        var copies = ErrorCopies.Parse(GetString("errors_copy") ?? "", out var problem);
        if (problem.Length > 0)
        {
            Report(problem, "errors_copy");
        }

        return copies;
    }

    private SmtpRateLimit? ReadRateLimit(string option)
    {
        if (GetString(option) is not { } text)
        {
            return null;
        }

        var limit = SmtpRateLimit.Parse(text);
        if (limit is null)
        {
            Report($"malformed ratelimit data: {text}", option);
        }

        return limit;
    }

    private FrozenDictionary<string, ExpandableString> Acls() => MainOptionTable.Instance.All
        .Where(o => o.Name.StartsWith("acl_", StringComparison.Ordinal) && IsSet(o.Name))
        .ToFrozenDictionary(o => o.Name, o => GetExpandable(o.Name, ""), StringComparer.Ordinal);
}
