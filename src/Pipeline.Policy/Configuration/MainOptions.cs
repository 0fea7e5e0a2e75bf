using System.Collections.Immutable;
using Pipeline.Mail.Dmarc;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>The main options of a configuration that the product acts upon, typed, with Exim's defaults.</summary>
/// <remarks>Expandable options that were not set and have no default are null. Times are intervals; sizes are octets.</remarks>
public sealed record MainOptions
{
    /// <summary>What holds without a configuration.</summary>
    public static MainOptions Defaults { get; } = From([], []);

    /// <summary>The ACL names or texts by option: <c>acl_smtp_rcpt</c> and its relatives. An option that was not set is absent.</summary>
    public required IReadOnlyDictionary<string, ExpandableString> AclOptions { get; init; }

    /// <summary>Every setting of the file as written, also those without a typed property here, by name.</summary>
    public required IReadOnlyDictionary<string, OptionSetting> Settings { get; init; }

    // Names of this host and its domains.

    /// <summary>Null when the file does not say; the node then uses its own host name.</summary>
    public string? PrimaryHostname { get; init; }

    public ExpandableString? QualifyDomain { get; init; }

    public ExpandableString? QualifyRecipient { get; init; }

    public ExpandableString? SmtpActiveHostname { get; init; }

    public required MailList HostsTreatAsLocal { get; init; }

    // Listening.

    public string? LocalInterfaces { get; init; }

    /// <summary>Null when the file does not say: port 25.</summary>
    public ExpandableString? DaemonSmtpPorts { get; init; }

    public string? TlsOnConnectPorts { get; init; }

    public bool DisableIpv6 { get; init; }

    // Limits of the SMTP server.

    public required ExpandableString MessageSizeLimit { get; init; }

    /// <summary>Simultaneous incoming connections; 0 for no limit.</summary>
    public int SmtpAcceptMax { get; init; }

    public ExpandableString? SmtpAcceptMaxPerHost { get; init; }

    /// <summary>Messages of one connection; 0 for no limit.</summary>
    public required ExpandableString SmtpAcceptMaxPerConnection { get; init; }

    public int SmtpAcceptMaxNonMail { get; init; }

    public required MailList SmtpAcceptMaxNonMailHosts { get; init; }

    /// <summary>Simultaneous connections over which messages are only queued; 0 for no limit.</summary>
    public int SmtpAcceptQueue { get; init; }

    /// <summary>Messages of one connection over which the others are only queued; 0 for no limit, null when it is not set (Exim: <see cref="DefaultQueuePerConnection"/>).</summary>
    public int? SmtpAcceptQueuePerConnection { get; init; }

    public const int DefaultQueuePerConnection = 10;

    public int SmtpAcceptReserve { get; init; }

    public MailList? SmtpReserveHosts { get; init; }

    /// <summary>Load, in thousandths, above which only the hosts of the reserve may connect; null for no limit.</summary>
    public long? SmtpLoadReserve { get; init; }

    public MailList? SmtpRatelimitHosts { get; init; }

    public SmtpRateLimit? SmtpRatelimitMail { get; init; }

    public SmtpRateLimit? SmtpRatelimitRcpt { get; init; }

    public required ExpandableString SmtpReceiveTimeout { get; init; }

    public int SmtpMaxUnknownCommands { get; init; }

    public int SmtpMaxSynprotErrors { get; init; }

    public bool SmtpEnforceSync { get; init; }

    public bool SmtpReturnErrorDetails { get; init; }

    /// <summary>Recipients of one message; 0 for no limit.</summary>
    public required ExpandableString RecipientsMax { get; init; }

    public bool RecipientsMaxReject { get; init; }

    public int ReceivedHeadersMax { get; init; }

    public long HeaderMaxSize { get; init; }

    /// <summary>0 for no limit.</summary>
    public long HeaderLineMaxSize { get; init; }

    // The SMTP dialogue.

    public required ExpandableString SmtpBanner { get; init; }

    public required MailList HostLookup { get; init; }

    public required string HostLookupOrder { get; init; }

    public MailList? HostRejectConnection { get; init; }

    public MailList? HostsConnectionNolog { get; init; }

    /// <summary>What <c>$spf_smtp_comment</c> says where a domain that fails has no explanation of its own; macros of RFC 7208 section 7 are expanded in it.</summary>
    public ExpandableString? SpfSmtpCommentTemplate { get; init; }

    /// <summary>Characters of a name above which no account of the machine is looked for; 0 for no limit.</summary>
    public int MaxUsernameLength { get; init; }

    public MailList? HostsProxy { get; init; }

    public TimeSpan ProxyProtocolTimeout { get; init; }

    public required MailList HostsRequireHelo { get; init; }

    public MailList? HeloAcceptJunkHosts { get; init; }

    public required string HeloAllowChars { get; init; }

    public required MailList HeloLookupDomains { get; init; }

    public MailList? HeloVerifyHosts { get; init; }

    public MailList? HeloTryVerifyHosts { get; init; }

    public MailList? SenderUnqualifiedHosts { get; init; }

    public MailList? RecipientUnqualifiedHosts { get; init; }

    public required MailList PipeliningAdvertiseHosts { get; init; }

    public required MailList PipeConnectAdvertiseHosts { get; init; }

    public required MailList ChunkingAdvertiseHosts { get; init; }

    public MailList? DsnAdvertiseHosts { get; init; }

    public required MailList AuthAdvertiseHosts { get; init; }

    public required MailList SmtpUtf8AdvertiseHosts { get; init; }

    /// <summary>Null: nobody, as in the releases that do not know the extension.</summary>
    public MailList? LimitsAdvertiseHosts { get; init; }

    public required MailList TlsAdvertiseRequireTls { get; init; }

    public bool Accept8BitMime { get; init; }

    public bool PrdrEnable { get; init; }

    public bool AllowDomainLiterals { get; init; }

    public bool AllowMxToIp { get; init; }

    public bool AllowUtf8Domains { get; init; }

    public bool StripTrailingDot { get; init; }

    public bool StripExcessAngleBrackets { get; init; }

    public required MailList Rfc1413Hosts { get; init; }

    public TimeSpan Rfc1413QueryTimeout { get; init; }

    // TLS.

    public required MailList TlsAdvertiseHosts { get; init; }

    public ExpandableString? TlsCertificate { get; init; }

    public ExpandableString? TlsPrivateKey { get; init; }

    public ExpandableString? TlsRequireCiphers { get; init; }

    public string? OpensslOptions { get; init; }

    public required ExpandableString TlsAlpn { get; init; }

    public MailList? HostsRequireAlpn { get; init; }

    public MailList? TlsResumptionHosts { get; init; }

    public MailList? TlsVerifyHosts { get; init; }

    public MailList? TlsTryVerifyHosts { get; init; }

    public required ExpandableString TlsVerifyCertificates { get; init; }

    public ExpandableString? TlsCrl { get; init; }

    // Headers and messages.

    /// <summary>The character set that <c>$h_…</c> converts to.</summary>
    public required string HeadersCharset { get; init; }

    /// <summary>Null for the built-in text.</summary>
    public ExpandableString? ReceivedHeaderText { get; init; }

    public ExpandableString? MessageIdHeaderDomain { get; init; }

    public ExpandableString? MessageIdHeaderText { get; init; }

    /// <summary>How many octets <c>$message_body</c> shows.</summary>
    public int MessageBodyVisible { get; init; }

    /// <summary>Line ends stay in <c>$message_body</c>, they do not become blanks.</summary>
    public bool MessageBodyNewlines { get; init; }

    public bool EnvelopeToRemove { get; init; }

    public bool DeliveryDateRemove { get; init; }

    public bool ReturnPathRemove { get; init; }

    /// <summary>Arguments beside <c>-t</c> are taken off the recipients of the header, rather than added to them.</summary>
    public bool ExtractAddressesRemoveArguments { get; init; }

    public bool LocalFromCheck { get; init; }

    public bool LocalSenderRetain { get; init; }

    /// <summary>Prefixes and suffixes that the local part of an author may have for <see cref="LocalFromCheck"/>; null for none.</summary>
    public string? LocalFromPrefix { get; init; }

    public string? LocalFromSuffix { get; init; }

    public MailList? UntrustedSetSender { get; init; }

    /// <summary>Numbers of users.</summary>
    public ImmutableArray<uint> TrustedUsers { get; init; } = [];

    /// <summary>Numbers of groups.</summary>
    public ImmutableArray<uint> TrustedGroups { get; init; } = [];

    /// <summary>Numbers of groups.</summary>
    public ImmutableArray<uint> AdminGroups { get; init; } = [];

    public bool QueueListRequiresAdmin { get; init; }

    public bool ProdRequiresAdmin { get; init; }

    public bool CommandlineChecksRequireAdmin { get; init; }

    public ExpandableString? UnknownLogin { get; init; }

    public ExpandableString? UnknownUsername { get; init; }

    public string? GecosPattern { get; init; }

    public ExpandableString? GecosName { get; init; }

    public required string UucpFromPattern { get; init; }

    public required ExpandableString UucpFromSender { get; init; }

    public MailList? IgnoreFromlineHosts { get; init; }

    public bool IgnoreFromlineLocal { get; init; }

    /// <summary>What becomes of text from peers where only the operator should choose: <c>tainted_data</c>, an option of this program.</summary>
    public TaintMode TaintedData { get; init; } = TaintMode.Warn;

    /// <summary>Reading an ACL variable that was never set is an error.</summary>
    public bool StrictAclVars { get; init; }

    // The queue, retries and bounces.

    public ExpandableString? SpoolDirectory { get; init; }

    public bool SplitSpoolDirectory { get; init; }

    /// <summary>KiB that must be free where messages are kept, or no more come in; 0 for no bound.</summary>
    public long CheckSpoolSpace { get; init; }

    public long CheckSpoolInodes { get; init; }

    /// <summary>KiB that must be free where the logs are; 0 for no bound.</summary>
    public long CheckLogSpace { get; init; }

    public long CheckLogInodes { get; init; }

    /// <summary>The size that MAIL declares must be free besides.</summary>
    public bool SmtpCheckSpoolSpace { get; init; }

    public bool QueueOnly { get; init; }

    /// <summary>What a local program says about the delivery of its message counts more than <see cref="QueueOnly"/> and <see cref="QueueOnlyFile"/>.</summary>
    public bool QueueOnlyOverride { get; init; }

    /// <summary>Files, with colons between, whose presence has messages only queued; with <c>smtp</c> in front, only what is delivered by SMTP.</summary>
    public string? QueueOnlyFile { get; init; }

    /// <summary>The load over which messages are only queued, in thousandths; null for no limit.</summary>
    public long? QueueOnlyLoad { get; init; }

    /// <summary>Once a message of a connection was queued for the load, so are those that follow it.</summary>
    public bool QueueOnlyLoadLatch { get; init; }

    /// <summary>The load over which no queue run is made, in thousandths; null for no limit.</summary>
    public long? DeliverQueueLoadMax { get; init; }

    public MailList? QueueDomains { get; init; }

    public MailList? QueueSmtpDomains { get; init; }

    public MailList? HoldDomains { get; init; }

    public required ExpandableString QueueRunMax { get; init; }

    /// <summary>Deliveries of one message to other hosts at a time; null for no bound of its own.</summary>
    public ExpandableString? RemoteMaxParallel { get; init; }

    /// <summary>The items of remote_sort_domains: deliveries to what the first matches begin first.</summary>
    public ImmutableArray<MailList> RemoteSortDomains { get; init; } = [];

    public TimeSpan RetryIntervalMax { get; init; }

    public TimeSpan RetryDataExpire { get; init; }

    public TimeSpan IgnoreBounceErrorsAfter { get; init; }

    public TimeSpan TimeoutFrozenAfter { get; init; }

    public TimeSpan AutoThaw { get; init; }

    public ExpandableString? FreezeTell { get; init; }

    public required IReadOnlyList<TimeSpan> DelayWarning { get; init; }

    public required ExpandableString DelayWarningCondition { get; init; }

    public bool BounceReturnBody { get; init; }

    public bool BounceReturnMessage { get; init; }

    public long BounceReturnSizeLimit { get; init; }

    public long BounceReturnLinesizeLimit { get; init; }

    public ExpandableString? BounceSenderAuthentication { get; init; }

    public ExpandableString? BounceMessageText { get; init; }

    /// <summary>A file with texts of bounces.</summary>
    public ExpandableString? BounceMessageFile { get; init; }

    /// <summary>A file with texts of warnings of delay.</summary>
    public ExpandableString? WarnMessageFile { get; init; }

    public required ExpandableString DsnFrom { get; init; }

    public required ErrorCopies ErrorsCopy { get; init; }

    public ExpandableString? ErrorsReplyTo { get; init; }

    public MailList? PercentHackDomains { get; init; }

    // DNS.

    public MailList? DnsAgainMeansNonexist { get; init; }

    /// <summary>Names of hosts of which no IPv6 address is asked for.</summary>
    public MailList? DnsIpv4Lookup { get; init; }

    /// <summary>Addresses that are this host's besides those of its interfaces.</summary>
    public string? ExtraLocalInterfaces { get; init; }

    public required string DnsCheckNamesPattern { get; init; }

    /// <summary>Zero for the resolver's own.</summary>
    public TimeSpan DnsRetrans { get; init; }

    public int DnsRetry { get; init; }

    // Address verification by callout.

    public TimeSpan CalloutPositiveExpire { get; init; }

    public TimeSpan CalloutNegativeExpire { get; init; }

    public TimeSpan CalloutDomainPositiveExpire { get; init; }

    public TimeSpan CalloutDomainNegativeExpire { get; init; }

    public required ExpandableString CalloutRandomLocalPart { get; init; }

    // Scanners and authentication of messages.

    public ExpandableString? AvScanner { get; init; }

    public required ExpandableString SpamdAddress { get; init; }

    /// <summary>Which signatures count: <c>dkim_verify_hashes</c>, <c>dkim_verify_keytypes</c>, <c>dkim_verify_min_keysizes</c>.</summary>
    public required Mail.Dkim.DkimLimits DkimLimits { get; init; }

    public required ExpandableString DkimVerifySigners { get; init; }

    public required string DccifdAddress { get; init; }

    public required string DccifdOptions { get; init; }

    public bool DccDirectAddHeader { get; init; }

    public required string BmiConfigFile { get; init; }

    /// <summary>By which document DMARC judges: <c>dmarc_evaluation</c>, an option of this program.</summary>
    public DmarcEvaluation DmarcEvaluation { get; init; }

    /// <summary>The public suffix list, which RFC 7489 needs.</summary>
    public required ExpandableString DmarcTldFile { get; init; }

    public ExpandableString? DmarcHistoryFile { get; init; }

    public ExpandableString? DmarcForensicSender { get; init; }

    /// <summary>The SPF record of domains that publish none, for the condition of the same name.</summary>
    public required ExpandableString SpfGuess { get; init; }

    /// <summary>Secret, age, length of hash, and whether there are time stamps and hashes, with colons between them.</summary>
    public string? SrsConfig { get; init; }

    public required IReadOnlyList<string> SrsSecrets { get; init; }

    public long SrsMaxage { get; init; }

    public long SrsHashlength { get; init; }

    /// <summary>-1 for the length of new hashes.</summary>
    public long SrsHashmin { get; init; }

    public bool SrsUsetimestamp { get; init; }

    public bool SrsUsehash { get; init; }

    // Logs.

    public required LogSelection LogSelector { get; init; }

    public ExpandableString? LogFilePath { get; init; }

    public bool LogTimezone { get; init; }

    public bool MessageLogs { get; init; }

    public bool WriteRejectLog { get; init; }

    public bool SyslogTimestamp { get; init; }

    public bool SyslogPid { get; init; }

    public bool SyslogDuplication { get; init; }

    /// <summary>The number of RFC 5424 section 6.2.1.</summary>
    public int SyslogFacility { get; init; }

    public required string SyslogProcessName { get; init; }

    // Where lookups and programs run.

    public string? KeepEnvironment { get; init; }

    public string? AddEnvironment { get; init; }

    public int LookupOpenMax { get; init; }

    public string? MysqlServers { get; init; }

    public string? PgsqlServers { get; init; }

    public string? SqliteDbFile { get; init; }

    public TimeSpan SqliteLockTimeout { get; init; }

    public string? LdapDefaultServers { get; init; }

    /// <summary>Of the protocol: 2 or 3.</summary>
    public int LdapVersion { get; init; }

    public bool LdapStartTls { get; init; }

    public string? LdapCaCertFile { get; init; }

    public string? LdapCaCertDir { get; init; }

    public string? LdapCertFile { get; init; }

    public string? LdapCertKey { get; init; }

    public string? LdapCipherSuite { get; init; }

    public string? LdapRequireCert { get; init; }

    public string? RedisServers { get; init; }

    /// <summary>Types the settings of a main part.</summary>
    /// <param name="problems">Receives what is wrong with them.</param>
    public static MainOptions From(IReadOnlyList<OptionSetting> settings, ICollection<ConfigurationProblem> problems) =>
        new MainOptionsReader(settings, problems).Read();
}
