using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = smtp</c>: SMTP and LMTP to hosts.</summary>
public sealed class SmtpTransportDefinition : TransportDefinition
{
    private readonly SmtpHostLists _lists;
    private readonly SmtpTlsOptions _tls;
    private readonly SmtpSigningOptions _signing;
    private readonly SmtpProtocol _protocol;
    private readonly ExpandableString? _hosts;
    private readonly ExpandableString? _fallbackHosts;
    private readonly ExpandableString? _port;
    private readonly ExpandableString? _interface;
    private readonly ExpandableString? _socksProxy;
    private readonly ExpandableString _heloData;
    private readonly ExpandableString? _maxRecipients;
    private readonly ExpandableString _multiDomain;
    private readonly ExpandableString? _authenticatedSender;
    private readonly ExpandableString _authenticatedSenderForce;
    private readonly ExpandableString _retryIncludeIpAddress;
    private readonly bool _hostsOverride;
    private readonly bool _hostsRandomize;
    private readonly bool _allowLocalhost;
    private readonly int _hostsMaxTry;
    private readonly int _hostsMaxTryHardLimit;
    private readonly TimeSpan _connectTimeout;
    private readonly TimeSpan _commandTimeout;
    private readonly TimeSpan _dataTimeout;
    private readonly TimeSpan _finalTimeout;
    private readonly int _connectionMaxMessages;
    private readonly int _sizeAddition;
    private readonly bool _delayAfterCutoff;
    private readonly bool _lmtpIgnoreQuota;
    private readonly int _lineLengthLimit;
    private readonly bool _addressRetryIncludeSender;
    private readonly HostLookupOptions _hostLookup;

    internal SmtpTransportDefinition(DriverOptions options)
        : base(options)
    {
        _lists = new SmtpHostLists(options);
        _tls = new SmtpTlsOptions(options);
        _signing = new SmtpSigningOptions(options);
        _protocol = ReadProtocol(options);
        _hosts = options.GetExpandable("hosts");
        _fallbackHosts = options.GetExpandable("fallback_hosts");
        _port = options.GetExpandable("port");
        _interface = options.GetExpandable("interface");
        _socksProxy = options.GetExpandable("socks_proxy");
        if (_socksProxy?.Constant is { } proxies && SocksProxy.Parse(proxies, out var wrong).IsEmpty && wrong.Length > 0)
        {
            options.Report(wrong, "socks_proxy");
        }

        _heloData = options.GetExpandable("helo_data", "$primary_hostname");
        _maxRecipients = options.GetExpandable("max_rcpt");
        _multiDomain = options.GetExpandableBool("multi_domain", true);
        _authenticatedSender = options.GetExpandable("authenticated_sender");
        _authenticatedSenderForce = options.GetExpandableBool("authenticated_sender_force", false);
        _retryIncludeIpAddress = options.GetExpandableBool("retry_include_ip_address", true);
        _hostsOverride = options.GetBool("hosts_override");
        _hostsRandomize = options.GetBool("hosts_randomize");
        _allowLocalhost = options.GetBool("allow_localhost");
        _hostsMaxTry = options.GetInt32("hosts_max_try", 5);
        _hostsMaxTryHardLimit = options.GetInt32("hosts_max_try_hardlimit", 50);
        _connectTimeout = options.GetTime("connect_timeout", TimeSpan.FromMinutes(5));
        _commandTimeout = options.GetTime("command_timeout", TimeSpan.FromMinutes(5));
        _dataTimeout = options.GetTime("data_timeout", TimeSpan.FromMinutes(5));
        _finalTimeout = options.GetTime("final_timeout", TimeSpan.FromMinutes(10));
        _connectionMaxMessages = options.GetInt32("connection_max_messages", 500);
        _sizeAddition = options.GetInt32("size_addition", 1024);
        _delayAfterCutoff = options.GetBool("delay_after_cutoff", true);
        _lmtpIgnoreQuota = options.GetBool("lmtp_ignore_quota");
        _lineLengthLimit = options.GetInt32("message_linelength_limit", 998);
        _addressRetryIncludeSender = options.GetBool("address_retry_include_sender", true);
        _hostLookup = HostLookupOptions.Of(options) with
        {
            QualifySingle = options.GetBool("dns_qualify_single", true),
            SearchParents = options.GetBool("dns_search_parents"),
            ByName = options.GetBool("gethostbyname"),
        };
        if (_commandTimeout <= TimeSpan.Zero || _dataTimeout <= TimeSpan.Zero || _finalTimeout <= TimeSpan.Zero)
        {
            options.Report($"error for {Name} transport: command, data, or final timeout value is zero", "driver");
        }
    }

    public override bool IsLocal => false;

    public override async ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expansion = new OptionExpansion(Name, scope, cancellationToken);
        var expanded = new ExpandedSmtpTransport(Name, await HeloData.CreateAsync(_heloData, expansion))
        {
            Protocol = _protocol,
            Hosts = await expansion.HostsAsync("hosts", _hosts),
            HostsOverride = _hostsOverride,
            HostLookup = _hostLookup,
            HostsRandomize = _hostsRandomize,
            FallbackHosts = await expansion.HostsAsync("fallback_hosts", _fallbackHosts),
            Port = await PortAsync(expansion),
            Interfaces = await InterfacesAsync(expansion),
            SocksProxy = await ProxiesAsync(expansion),
            AllowLocalhost = _allowLocalhost,
            HostsMaxTry = _hostsMaxTry,
            HostsMaxTryHardLimit = _hostsMaxTryHardLimit,
            ConnectTimeout = _connectTimeout,
            CommandTimeout = _commandTimeout,
            DataTimeout = _dataTimeout,
            FinalTimeout = _finalTimeout,
            ConnectionMaxMessages = _connectionMaxMessages,
            MaxRecipients = (int)await expansion.IntegerAsync("max_rcpt", _maxRecipients, 100),
            MultiDomain = await expansion.BoolAsync("multi_domain", _multiDomain, true),
            SizeAddition = _sizeAddition,
            DelayAfterCutoff = _delayAfterCutoff,
            LmtpIgnoreQuota = _lmtpIgnoreQuota,
            MessageLineLengthLimit = _lineLengthLimit,
            RetryIncludeIpAddress = await expansion.BoolAsync("retry_include_ip_address", _retryIncludeIpAddress, true),
            AddressRetryIncludeSender = _addressRetryIncludeSender,
            Serialize = _lists.Check("serialize_hosts", scope),
            AvoidEsmtp = _lists.Check("hosts_avoid_esmtp", scope),
            AvoidPipelining = _lists.Check("hosts_avoid_pipelining", scope),
            PipeConnect = _lists.Check("hosts_pipe_connect", scope),
            OfferLasts = scope.Environment.Policy.MainOptions.RetryDataExpire,
            TryChunking = _lists.Check("hosts_try_chunking", scope),
            TryPrdr = _lists.Check("hosts_try_prdr", scope),
            RequireAuth = _lists.Check("hosts_require_auth", scope),
            TryAuth = _lists.Check("hosts_try_auth", scope),
            Authenticators =
            [
                .. scope.Environment.Policy.Authenticators.Where(authenticator => authenticator.IsClient)
                    .Select(authenticator => new ClientAuthenticator(authenticator, scope)),
            ],
            AuthenticatedSender = await expansion.TextAsync("authenticated_sender", _authenticatedSender) is { Length: > 0 } sender ? sender : null,
            AuthenticatedSenderForce = await expansion.BoolAsync("authenticated_sender_force", _authenticatedSenderForce, false),
            Tls = await _tls.ExpandAsync(expansion, _lists),
            Dkim = await _signing.DkimAsync(expansion),
            Arc = await _signing.ArcAsync(expansion),
        };
        expanded = await Generic.ApplyAsync(expanded, expansion);
        return expansion.Failure ?? (TransportExpansion)new TransportExpansion.Ready(expanded);
    }

    private static SmtpProtocol ReadProtocol(DriverOptions options)
    {
        switch (options.GetString("protocol", "smtp"))
        {
            case "smtp":
                return SmtpProtocol.Smtp;
            case "lmtp":
                return SmtpProtocol.Lmtp;
            case "smtps":
                return SmtpProtocol.Smtps;
            case var other:
                options.Report($"error for {options.Name} transport: \"{other}\" is not a valid protocol", "protocol");
                return SmtpProtocol.Smtp;
        }
    }

    private async ValueTask<int> PortAsync(OptionExpansion expansion)
    {
        var unset = _protocol switch { SmtpProtocol.Lmtp => 24, SmtpProtocol.Smtps => 465, _ => 25 };
        if (await expansion.TextAsync("port", _port) is not { Length: > 0 } text)
        {
            return unset;
        }

        switch (text.Trim())
        {
            case "smtp":
                return 25;
            case "smtps" or "submissions" or "ssmtp":
                return 465;
            case "submission":
                return 587;
            case "lmtp":
                return 24;
            case var number when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536:
                return port;
            default:
                expansion.Fail($"invalid port \"{text}\" in {Name} transport", needsAttention: true);
                return unset;
        }
    }

    private async ValueTask<ImmutableArray<SocksProxy>> ProxiesAsync(OptionExpansion expansion)
    {
        var proxies = SocksProxy.Parse(await expansion.TextAsync("socks_proxy", _socksProxy) ?? "", out var problem);
        if (problem.Length > 0)
        {
            expansion.Fail($"{problem} ({Name} transport)", needsAttention: true);
        }

        return proxies;
    }

    private async ValueTask<ImmutableArray<IPAddress>> InterfacesAsync(OptionExpansion expansion)
    {
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        if (await expansion.TextAsync("interface", _interface) is { } list)
        {
            foreach (var item in ListSyntax.Split(list).Where(item => item.Length > 0))
            {
                if (IPAddress.TryParse(item, out var address))
                {
                    addresses.Add(address);
                }
                else
                {
                    expansion.Fail($"\"{item}\" is not a valid IP address for the \"interface\" option of {Name} transport", needsAttention: true);
                }
            }
        }

        return addresses.ToImmutable();
    }
}
