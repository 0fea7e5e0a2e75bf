using System.Collections.Immutable;
using System.Net;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Transports;

public enum SmtpProtocol
{
    Smtp = 0,
    Lmtp = 1,

    /// <summary>TLS from the first octet.</summary>
    Smtps = 2,
}

/// <summary>The smtp transport, expanded. Names are those of the options.</summary>
public sealed record ExpandedSmtpTransport(string Name, HeloData HeloData) : ExpandedTransport(Name)
{
    public SmtpProtocol Protocol { get; init; }

    /// <summary>The transport's own host list, not resolved; null when it has none.</summary>
    public string? Hosts { get; init; }

    public bool HostsOverride { get; init; }

    /// <summary>How the names in <see cref="Hosts"/> and <see cref="FallbackHosts"/> are looked up.</summary>
    public HostLookupOptions HostLookup { get; init; } = HostLookupOptions.Default;

    public bool HostsRandomize { get; init; }

    public string? FallbackHosts { get; init; }

    public int Port { get; init; } = 25;

    public ImmutableArray<IPAddress> Interfaces { get; init; } = [];

    /// <summary>What connections are made through; empty for none.</summary>
    public ImmutableArray<SocksProxy> SocksProxy { get; init; } = [];

    public bool AllowLocalhost { get; init; }

    public int HostsMaxTry { get; init; } = 5;

    public int HostsMaxTryHardLimit { get; init; } = 50;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan FinalTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public int ConnectionMaxMessages { get; init; } = 500;

    public int MaxRecipients { get; init; } = 100;

    public bool MultiDomain { get; init; } = true;

    public int SizeAddition { get; init; } = 1024;

    public bool DelayAfterCutoff { get; init; } = true;

    public bool LmtpIgnoreQuota { get; init; }

    public int MessageLineLengthLimit { get; init; } = 998;

    /// <summary>Retry records are kept for each address of a host, not for its name alone.</summary>
    public bool RetryIncludeIpAddress { get; init; } = true;

    public bool AddressRetryIncludeSender { get; init; } = true;

    /// <summary>serialize_hosts: one connection at a time.</summary>
    public HostListCheck Serialize { get; init; } = new(null, null);

    public required HostListCheck AvoidEsmtp { get; init; }

    public required HostListCheck AvoidPipelining { get; init; }

    /// <summary>Peers that are not waited for before EHLO, when they have offered that.</summary>
    public required HostListCheck PipeConnect { get; init; }

    /// <summary>How long such an offer is believed: <c>retry_data_expire</c>.</summary>
    public required TimeSpan OfferLasts { get; init; }

    public required HostListCheck TryChunking { get; init; }

    public required HostListCheck TryPrdr { get; init; }

    public required HostListCheck RequireAuth { get; init; }

    public required HostListCheck TryAuth { get; init; }

    /// <summary>Those that can be clients, in order of preference.</summary>
    public ImmutableArray<ClientAuthenticator> Authenticators { get; init; } = [];

    public string? AuthenticatedSender { get; init; }

    public bool AuthenticatedSenderForce { get; init; }

    public required ExpandedSmtpTls Tls { get; init; }

    /// <summary>One for each pair of domain and selector; empty for no signing.</summary>
    public ImmutableArray<ExpandedDkim> Dkim { get; init; } = [];

    public ExpandedArc? Arc { get; init; }
}

/// <summary>TLS options of the smtp transport.</summary>
public sealed record ExpandedSmtpTls
{
    public required HostListCheck Require { get; init; }

    public required HostListCheck Avoid { get; init; }

    /// <summary>hosts_verify_avoid_tls.</summary>
    public required HostListCheck AvoidInCallouts { get; init; }

    public required HostListCheck TryDane { get; init; }

    public required HostListCheck RequireDane { get; init; }

    public string? DaneCiphers { get; init; }

    public required HostListCheck Verify { get; init; }

    public required HostListCheck TryVerify { get; init; }

    public required HostListCheck VerifyHostnames { get; init; }

    public string VerifyCertificates { get; init; } = "system";

    public string? Certificate { get; init; }

    public string? PrivateKey { get; init; }

    public string? RevocationList { get; init; }

    public string? ServerNameIndication { get; init; }

    public string? Ciphers { get; init; }

    public int DhMinBits { get; init; }

    public string? Alpn { get; init; }

    public required HostListCheck RequireAlpn { get; init; }

    /// <summary>tls_resumption_hosts.</summary>
    public required HostListCheck Resume { get; init; }

    /// <summary>Main option openssl_options, which holds for clients too.</summary>
    public string? LibraryOptions { get; init; }

    public bool TemporaryFailureTryClear { get; init; } = true;
}

/// <summary>One DKIM signature to make.</summary>
/// <param name="PrivateKey">A path, or the key in PEM.</param>
public sealed record ExpandedDkim(string Domain, string Selector, string PrivateKey)
{
    public string Canonicalization { get; init; } = "relaxed";

    public string Hash { get; init; } = "sha256";

    public string? Identity { get; init; }

    public string? SignHeaders { get; init; }

    public TimeSpan? Timestamps { get; init; }

    public bool Strict { get; init; }

    // The key may be in the record itself, and records print their members.
    public override string ToString() => $"{Selector}._domainkey.{Domain}";
}

/// <summary>The ARC seal to make.</summary>
/// <param name="PrivateKey">A path, or the key in PEM.</param>
public sealed record ExpandedArc(string AuthServId, string Selector, string PrivateKey)
{
    public bool Timestamps { get; init; }

    /// <summary>How long the message signature is good for; null for <see cref="Expires"/>, or for ever.</summary>
    public TimeSpan? Lifetime { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public override string ToString() => $"{AuthServId}: {Selector}";
}

/// <summary>A host list of a transport, asked about each peer once it is known.</summary>
public sealed class HostListCheck
{
    private readonly MailList? _list;
    private readonly EvaluationScope? _scope;

    internal HostListCheck(MailList? list, EvaluationScope? scope)
    {
        _list = list;
        _scope = scope;
    }

    /// <returns>Whether the host is in the list; a list that cannot be evaluated has nobody in it.</returns>
    public async ValueTask<bool> ContainsAsync(string name, IPAddress address, CancellationToken cancellationToken) =>
        _list is not null && (await _list.MatchHostAsync(_scope!, HostSubject.Remote(address, name), cancellationToken)).IsMatch;
}
