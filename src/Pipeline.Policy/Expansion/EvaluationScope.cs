using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Callers;

namespace Pipeline.Policy.Expansion;

/// <summary>Everything an expansion, a list, an ACL or a router can see and change while one connection, message and address is dealt with.</summary>
/// <remarks>
/// Three parts with three lives: <see cref="Connection"/> lives as long as the SMTP connection (or command line call), <see cref="Message"/> as long as one
/// message, <see cref="Address"/> as long as one recipient is checked, routed or delivered. A scope is used by one flow of control at a time.
/// Text values hold one char for each octet (docs/adr/0003); <see cref="OctetString"/> converts.
/// </remarks>
public sealed class EvaluationScope
{
    public required PolicyEnvironment Environment { get; init; }

    public required ConnectionScope Connection { get; init; }

    public required MessageScope Message { get; init; }

    public AddressScope? Address { get; set; }

    /// <summary>$auth1 and so on: empty but while an authenticator runs in this scope.</summary>
    public AuthenticationValues Authentication => field ??= new AuthenticationValues(Transient);

    /// <summary>$value, $item, $1…, $acl_arg…: the innermost values an expansion item or condition has set.</summary>
    public TransientValues Transient { get; } = new();
}

/// <summary>What is the same for every message of a running policy: names, clock, DNS, the policy itself.</summary>
public sealed class PolicyEnvironment
{
    public required MailPolicy Policy { get; init; }

    public required TimeProvider Time { get; init; }

    public required IDnsResolver Dns { get; init; }

    /// <summary>$primary_hostname.</summary>
    public required string PrimaryHostname { get; init; }

    /// <summary>The domain of senders that were given without one: main option qualify_domain.</summary>
    public string QualifyDomain => Policy.MainOptions.QualifyDomain?.Constant ?? PrimaryHostname;

    /// <summary>The domain of recipients that were given without one: main option qualify_recipient.</summary>
    public string QualifyRecipient => Policy.MainOptions.QualifyRecipient?.Constant ?? QualifyDomain;

    /// <summary>The addresses of this host's interfaces, for <c>@[]</c> and for finding out which MX hosts are us.</summary>
    public IReadOnlyList<IPAddress> LocalAddresses { get; init; } = [];

    /// <summary>$exim_uid and $exim_gid: as whom this process runs.</summary>
    public CallerCredentials ProcessUser { get; init; } = new(CallerCredentials.Root, 0, []);

    /// <summary>$spool_directory.</summary>
    public string SpoolDirectory { get; init; } = "";

    /// <summary>What is left where messages are kept, as far as this machine keeps them.</summary>
    public Func<DiskSpace> SpoolSpace { get; init; } = static () => DiskSpace.Unknown;

    /// <summary>What is left where the logs of mail are; unknown where they are no files.</summary>
    public Func<DiskSpace> LogSpace { get; init; } = static () => DiskSpace.Unknown;

    /// <summary>How many messages are in the queue; null where nobody knows.</summary>
    public Func<CancellationToken, ValueTask<long?>> QueueSize { get; init; } = static _ => new((long?)null);

    /// <summary>Receives the lines that <c>logwrite</c>, <c>log_message</c> and run-time errors produce.</summary>
    public required IPolicyLog Log { get; init; }

    /// <summary>Writes a line that <c>log_selector</c> can keep out of the main log.</summary>
    public void WriteLog(string selector, PolicyLogTarget target, string line)
    {
        if (Policy.MainOptions.LogSelector.Choose(selector, target) is var chosen and not PolicyLogTarget.None)
        {
            Log.Write(chosen, line);
        }
    }

    /// <summary>Hears what the policy does, while it does it; null when nobody wants to know.</summary>
    public IPolicyTrace? Trace { get; init; }

    /// <summary>What becomes of text from peers where only the operator should choose.</summary>
    public TaintRule Tainting => field ??= new TaintRule(Policy.MainOptions.TaintedData);

    /// <summary>Recipient and sender verification by the routers; set by whoever holds the routers.</summary>
    public IAddressVerifier? Verifier { get; set; }

    /// <summary>Calls ACLs from strings; null where there are none.</summary>
    public IAclCaller? Acls { get; set; }

    /// <summary>Writes Authentication-Results fields; null where nothing was verified.</summary>
    public IAuthenticationResultsWriter? AuthenticationResults { get; set; }

    /// <summary>The environment of the process, of which the configuration lets through what it names.</summary>
    public IReadOnlyDictionary<string, string> ProcessEnvironment { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Lookup types that need a database or a network client, by their names.</summary>
    public IReadOnlyDictionary<string, Lookups.ILookupBackend> LookupBackends { get; init; } = FrozenDictionary<string, Lookups.ILookupBackend>.Empty;
}

/// <summary>Where a policy writes: Exim's main, reject and panic logs.</summary>
public interface IPolicyLog
{
    void Write(PolicyLogTarget target, string line);

    /// <param name="rejected">What the reject log has besides: a message is refused whose header has arrived. A log that keeps no headers passes it over.</param>
    void Write(PolicyLogTarget target, string line, RejectedContent rejected) => Write(target, line);
}

/// <summary>Hears what a policy does: a test session (<c>-bh</c>), a command that is debugged (<c>-d</c>). The lines have Exim's words where it has any.</summary>
public interface IPolicyTrace
{
    /// <summary>What it wants to hear of; lines of other topics need not be made.</summary>
    PolicyTopics Topics { get; }

    /// <param name="topic">One of the topics that are wanted.</param>
    void Write(PolicyTopics topic, string line);
}

/// <summary>What the lines of a trace are about.</summary>
[Flags]
public enum PolicyTopics
{
    None = 0,

    /// <summary>Statements of ACLs, their conditions and modifiers.</summary>
    Acl = 1,

    /// <summary>Which item of a list matched.</summary>
    Lists = 2,

    /// <summary>Routers that are asked, and what they say.</summary>
    Route = 4,

    /// <summary>Routers that are not asked, and why.</summary>
    Preconditions = 8,

    /// <summary>The beginning and the end of a verification.</summary>
    Verify = 16,

    /// <summary>Strings that are expanded, and what they come to.</summary>
    Expand = 32,

    /// <summary>Keys and queries that are looked up, and what is found.</summary>
    Lookup = 64,

    /// <summary>Questions to the domain name system.</summary>
    Dns = 128,
}

/// <summary>The one who wants to hear, if anybody does.</summary>
internal static class PolicyTraceExtensions
{
    /// <returns>Null when nobody wants to hear of the topic: then a line need not be made.</returns>
    public static IPolicyTrace? TraceOf(this EvaluationScope scope, PolicyTopics topic) =>
        scope.Environment.Trace is { } trace && (trace.Topics & topic) != 0 ? trace : null;
}

/// <summary>The envelope and the header of a message that is refused. Addresses are text.</summary>
public sealed record RejectedContent(string Sender, IReadOnlyList<string> Recipients, ReadOnlyMemory<byte> Header);

[Flags]
public enum PolicyLogTarget
{
    None = 0,
    Main = 1,
    Reject = 2,
    Panic = 4,
}

/// <summary>Facts about the client and the connection.</summary>
public sealed class ConnectionScope
{
    /// <summary>$connection_id: tells the connections of a node apart; empty where there is none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Null for local submission.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>$sender_host_address; empty for local submission.</summary>
    public string ClientAddressText => field ??= Variables.IpText.Format(ClientAddress);

    public int ClientPort { get; init; }

    /// <summary>$received_ip_address.</summary>
    public IPAddress? LocalAddress { get; init; }

    public int LocalPort { get; init; }

    /// <summary>The proxy that the client has come through; null without.</summary>
    public ProxyFacts? Proxy { get; init; }

    /// <summary>$sender_helo_name.</summary>
    public string HeloName { get; set; } = "";

    /// <summary>$sender_host_name once it was looked up and forward-confirmed; null while not looked up.</summary>
    public string? ClientName { get; set; }

    /// <summary>Further names of the client that lead back to its address.</summary>
    public List<string> ClientAliases { get; } = [];

    public bool HostLookupDeferred { get; set; }

    public bool HostLookupFailed { get; set; }

    /// <summary>$received_protocol: smtp, esmtp, esmtps, local-smtp and so on.</summary>
    public string Protocol { get; set; } = "";

    /// <summary>$sender_ident, or the local caller.</summary>
    public string Ident { get; set; } = "";

    /// <summary>$caller_uid, $originator_uid and their groups: the user whose program handed over the message; null for the node's own, as of mail from the network.</summary>
    public CallerCredentials? Originator { get; set; }

    /// <summary>The id of a message that what comes tells of, as a local program says (<c>-oMm</c>); null for none.</summary>
    public string? Reference { get; init; }

    public TlsFacts? Tls { get; set; }

    /// <summary>$sender_host_authenticated: the name of the authenticator, not its public one; empty without authentication.</summary>
    public string AuthenticatorName { get; set; } = "";

    public string AuthenticatedId { get; set; } = "";

    /// <summary>$authenticated_fail_id: who the last client claimed to be that was not believed.</summary>
    public string AuthenticatedFailId { get; set; } = "";

    /// <summary>$authentication_failed: an AUTH of this connection did not succeed.</summary>
    public bool AuthenticationFailed { get; set; }

    /// <summary>$acl_c… by name without the prefix <c>acl_c</c>.</summary>
    public Dictionary<string, ExpandedText> AclVariables { get; } = new(StringComparer.Ordinal);

    /// <summary>$smtp_command: the command being answered, without parameters of extensions.</summary>
    public string SmtpCommand { get; set; } = "";

    /// <summary>Names under which <c>${authresults{…}}</c> has vouched for this message: fields that came with one of them are forged.</summary>
    public HashSet<string> AuthServIds { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Effects of <c>control =</c> that concern the session, by the control's name with its options.</summary>
    public HashSet<string> Controls { get; } = new(StringComparer.Ordinal);

    /// <summary>What the ACL engine remembers of this connection.</summary>
    internal Acl.AclConnectionState AclState { get; } = new();
}

/// <summary>A proxy, as the $proxy_ variables show it.</summary>
/// <param name="Local">The proxy as it has connected to us.</param>
/// <param name="External">Where the client has connected to the proxy; null when the proxy does not say.</param>
public sealed record ProxyFacts(IPEndPoint Local, IPEndPoint? External);

/// <summary>TLS of the incoming connection, as Exim's $tls_in_ variables show it.</summary>
public sealed record TlsFacts(string Version, string CipherSuite, int Bits, string? PeerDistinguishedName, bool CertificateVerified, string? ServerNameIndication)
{
    /// <summary>What the client has shown; null when it has shown none, or was not asked.</summary>
    public X509Certificate2? PeerCertificate { get; init; }

    /// <summary>What we have shown.</summary>
    public X509Certificate2? OurCertificate { get; init; }

    /// <param name="serverName">The name that the client asked for; null when it asked for none.</param>
    /// <param name="peer">What the client has shown, with what was found of it.</param>
    public static TlsFacts Of(string version, string cipherSuite, int bits, string? serverName, X509Certificate2? peer, bool verified, X509Certificate2? own) =>
        new(version, cipherSuite, bits, peer is null ? null : Tls.DistinguishedNameText.Of(peer.SubjectName), verified, serverName) { PeerCertificate = peer, OurCertificate = own };

    /// <summary>Exim's form: version, cipher, bits.</summary>
    public string Cipher => $"{Version}:{CipherSuite}:{Bits}";
}

/// <summary>Facts about, and decisions on, one message.</summary>
public sealed class MessageScope
{
    private const string RequireTlsControl = "requiretls";

    /// <summary>Messages to operators that routing has brought about; sent when it was for a delivery.</summary>
    public List<Pipeline.Mail.Reply.AutomaticReply> Notes { get; } = [];

    private string? _senderText;

    /// <summary>$message_exim_id.</summary>
    public string Id { get; set; } = "";

    public EnvelopeAddress Sender
    {
        get;
        set
        {
            field = value;
            _senderText = null;
        }
    } = EnvelopeAddress.Null;

    /// <summary>$sender_address: as octets, empty for the null sender.</summary>
    public string SenderText => _senderText ??= OctetString.FromText(Sender.ToString());

    /// <summary>How the rules have rewritten the sender; null as long as they have not been asked.</summary>
    public ImmutableArray<Rewriting.RewriteStep>? SenderRewriting { get; set; }

    /// <summary>$authenticated_sender: AUTH= of MAIL, where it was believed; empty otherwise.</summary>
    public string AuthenticatedSender { get; set; } = "";

    /// <summary>Recipients accepted so far.</summary>
    public List<EnvelopeAddress> Recipients { get; } = [];

    /// <summary>$rcpt_count.</summary>
    public int RcptCommandCount { get; set; }

    public int RcptFailCount { get; set; }

    public int RcptDeferCount { get; set; }

    /// <summary>$message_size: the SIZE parameter until the message has arrived (-1 when absent), then the real size.</summary>
    public long Size { get; set; } = -1;

    /// <summary>
    /// The header block that expansions see, without the empty line: as received, with what earlier stages have added and removed. Empty before it has arrived.
    /// </summary>
    public ReadOnlyMemory<byte> HeaderBlock { get; set; }

    /// <summary>The first octets of the body, for $message_body.</summary>
    public ReadOnlyMemory<byte> BodyStart { get; set; }

    /// <summary>The last octets of the body, for $message_body_end.</summary>
    public ReadOnlyMemory<byte> BodyEnd { get; set; }

    public long BodySize { get; set; }

    public int BodyLineCount { get; set; }

    public int BodyZeroCount { get; set; }

    public int MaxReceivedLineLength { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public bool SmtpUtf8 { get; set; }

    /// <summary>$acl_m… by name without the prefix <c>acl_m</c>.</summary>
    public Dictionary<string, ExpandedText> AclVariables { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes a header line into the header at once, for all who come after; null where there is no message yet.</summary>
    public Action<AddedHeader>? AddHeaderNow { get; set; }

    /// <summary>Header lines that ACLs of this stage want added, in the order they were asked for; they are not in <see cref="HeaderBlock"/> yet.</summary>
    public List<AddedHeader> AddedHeaders { get; } = [];

    /// <summary>Names of header fields that ACLs of this stage want removed; they are still in <see cref="HeaderBlock"/>.</summary>
    public List<string> RemovedHeaders { get; } = [];

    /// <summary>Names under which <c>${authresults{…}}</c> has vouched for this message: fields that came with one of them are forged.</summary>
    public HashSet<string> AuthServIds { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Effects of <c>control =</c> that concern the message, by the control's name with its options.</summary>
    public HashSet<string> Controls { get; } = new(StringComparer.Ordinal);

    /// <summary>What recipients have opted in to (<c>bmi_optin</c>), by their addresses; octets.</summary>
    public Dictionary<string, string> OptIns { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What all recipients without a word of their own have opted in to; null when that is nothing.</summary>
    public string? OptIn { get; set; }

    /// <summary>What a verdict server wants done for each recipient.</summary>
    public Mail.Scanning.BmiVerdicts Verdicts { get; init; } = Mail.Scanning.BmiVerdicts.None;

    /// <summary>The message is under REQUIRETLS (RFC 8689): its client asked for it, or an ACL has by now.</summary>
    public bool RequiresTls
    {
        get => Controls.Contains(RequireTlsControl);
        init => _ = value && Controls.Add(RequireTlsControl);
    }

    /// <summary>The checks that run beside reception; null where nothing can be verified (a command line test).</summary>
    public IMessageVerification? Verification { get; set; }

    /// <summary>The MIME part that an ACL is run for; null elsewhere.</summary>
    public Acl.Mime.IMimePartContent? MimePart { get; set; }

    /// <summary>Opens the body, in wire form; null before it has arrived.</summary>
    public Func<Stream>? OpenBody { get; set; }

    /// <summary>Makes callouts; null where none are made (a dry run), and addresses that have a route are good.</summary>
    public Acl.Verification.Callouts.CalloutServices? Callouts { get; set; }

    /// <summary>Signatures whose status an ACL has set to something else than was found (<c>set dkim_verify_status</c>).</summary>
    public Dictionary<Mail.Dkim.DkimResult, Acl.DkimStatus> DkimOverrides { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>What <c>spf</c> or <c>spf_guess</c> has found last; null as long as neither has asked.</summary>
    public Mail.Spf.SpfResult? Spf { get; set; }

    /// <summary>What <c>dmarc_status</c> has found; null as long as it has not asked.</summary>
    public Acl.DmarcOutcome? Dmarc { get; set; }

    /// <summary>$dnslist_domain and so on: values that conditions leave behind for variables of the same name (without the dollar sign).</summary>
    public Dictionary<string, string> ConditionVariables { get; } = new(StringComparer.Ordinal);

    /// <summary>What the ACL engine remembers of this message.</summary>
    internal Acl.AclMessageState AclState { get; } = new();

    /// <summary>What lookups for this message have found, or not found, so far.</summary>
    internal Dictionary<(string Type, string Key, string FileOrQuery, string Options), Lookups.LookupResult> LookupMemory { get; } = [];

    /// <summary>What named lists have answered for this message so far.</summary>
    internal Dictionary<(Lists.ListKind Kind, string Name, string Subject, bool Caseful), Lists.ListMatchResult> ListMemory { get; } = [];
}

/// <summary>Where an added header line goes (the prefixes of <c>add_header</c>).</summary>
public enum HeaderPosition
{
    AtEnd = 0,
    AtStart = 1,
    AfterReceived = 2,
    AtStartOfRfcHeaders = 3,
}

/// <param name="Text">The whole field, its folds as LF and blanks, without the final line end.</param>
public sealed record AddedHeader(string Text, HeaderPosition Position);

/// <summary>Facts about the address being checked, routed or delivered.</summary>
public sealed class AddressScope
{
    /// <summary>$local_part, after affixes have been taken off.</summary>
    public required string LocalPart { get; set; }

    /// <summary>$domain, lower case.</summary>
    public required string Domain { get; set; }

    public string LocalPartPrefix { get; set; } = "";

    public string LocalPartSuffix { get; set; } = "";

    public string OriginalLocalPart { get; set; } = "";

    public string OriginalDomain { get; set; } = "";

    public string ParentLocalPart { get; set; } = "";

    public string ParentDomain { get; set; } = "";

    /// <summary>Where the router wants a program to run; null where it does not say.</summary>
    public string? CurrentDirectory { get; set; }

    /// <summary>The letter case of local parts matters for this address (<c>control = caseful_local_part</c>, router option <c>caseful_local_part</c>).</summary>
    public bool CasefulLocalPart { get; set; }

    /// <summary>What it has opted in to (<c>bmi_optin</c>); null when that is nothing.</summary>
    public string? OptIn { get; set; }

    /// <summary>What a verdict server wants done for it: <c>$bmi_…</c>. Null without a verdict.</summary>
    public Mail.Scanning.RecipientVerdict? Judged { get; init; }

    /// <summary>$domain_data, $local_part_data, $address_data, $home, $host, $return_path, $router_name, $transport_name, … by name without the dollar sign.</summary>
    public Dictionary<string, ExpandedText> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>$tls_out_peercert: what the server has shown with which we talk.</summary>
    public X509Certificate2? TlsPeerCertificate { get; init; }

    /// <summary>$tls_out_ourcert: what we have shown it.</summary>
    public X509Certificate2? TlsOurCertificate { get; init; }

    /// <summary>One of <see cref="Values"/> without its mark; null when it is not set.</summary>
    public string? Text(string name) => Values.TryGetValue(name, out var value) ? value.Text : null;
}

/// <summary>Results of checks that are already on their way; each is awaited only where the policy asks for it.</summary>
public interface IMessageVerification
{
    /// <summary>The SPF result for the sender of the message (RFC 7208).</summary>
    ValueTask<Mail.Spf.SpfResult> SpfAsync(CancellationToken cancellationToken);

    /// <summary>The SPF result as if the domain of the sender had published this record.</summary>
    ValueTask<Mail.Spf.SpfResult> GuessSpfAsync(string record, CancellationToken cancellationToken);

    /// <summary>The DKIM results, one for each signature from the top; empty without signatures (RFC 6376).</summary>
    ValueTask<IReadOnlyList<Mail.Dkim.DkimResult>> DkimAsync(CancellationToken cancellationToken);

    /// <summary>The result for the chain of ARC sets (RFC 8617); null where it cannot be verified, since DKIM verification was switched off or there is no client.</summary>
    ValueTask<Mail.Arc.ArcResult?> ArcAsync(CancellationToken cancellationToken);

    /// <summary>What DMARC says of the message (RFC 9989, or RFC 7489); asked twice, it is judged once.</summary>
    ValueTask<Acl.DmarcOutcome> DmarcAsync(CancellationToken cancellationToken);

    /// <summary>What a scanner says of the message; asked twice with the same words, it is scanned once.</summary>
    ValueTask<Mail.Scanning.ScanOutcome> ScanAsync(Mail.Scanning.ScanRequest request, CancellationToken cancellationToken);
}

/// <summary>Verifies addresses by running the routers in verify mode (<c>verify = recipient</c>, <c>verify = sender</c>).</summary>
public interface IAddressVerifier
{
    /// <param name="successOnRedirect">An address that is redirected is good; else a single address it is redirected to is verified in its place.</param>
    ValueTask<AddressVerification> VerifyAsync(
        EvaluationScope scope, EnvelopeAddress address, bool asSender, bool successOnRedirect, CancellationToken cancellationToken);
}

public enum VerificationOutcome
{
    Verified = 0,
    Failed = 1,
    Deferred = 2,
}

/// <param name="Message">The text for the client when it failed, such as <c>Unrouteable address</c>.</param>
/// <param name="Routed">Where the address goes; null when it did not verify, or goes to several places or none.</param>
public sealed record AddressVerification(
    VerificationOutcome Outcome, string Message, string? AddressData = null, Acl.Verification.Callouts.RoutedAddress? Routed = null)
{
    /// <summary>The message is the operator's, and for whoever sends.</summary>
    public bool ForClient { get; init; }
}
