using System.Collections.Immutable;
using System.Net;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Ports;

/// <summary>What the smtp transport speaks.</summary>
public enum SmtpDialect
{
    /// <summary>SMTP, with STARTTLS when offered.</summary>
    Smtp = 0,

    /// <summary>LMTP (RFC 2033): one reply per recipient after the message.</summary>
    Lmtp = 1,

    /// <summary>SMTP inside TLS from the first byte (RFC 8314).</summary>
    Smtps = 2,
}

/// <summary>The smtp transport: SMTP and LMTP to a list of hosts. Defaults are those of the configuration language.</summary>
public sealed record SmtpTransportSettings(string Name) : TransportSettings(Name)
{
    public SmtpDialect Protocol { get; init; }

    /// <summary>Port for hosts that name none.</summary>
    public int Port { get; init; } = 25;

    /// <summary>Local addresses to connect from; the first of the peer's family is taken, none means the kernel's choice.</summary>
    public ImmutableArray<IPAddress> Interfaces { get; init; } = [];

    /// <summary>The name given in EHLO, LHLO and HELO.</summary>
    public required HeloData HeloData { get; init; }

    /// <summary>What connections are made through; empty for none.</summary>
    public ImmutableArray<SocksProxy> SocksProxy { get; init; } = [];

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For each block of message data.</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the reply to the final dot.</summary>
    public TimeSpan FinalTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Recipients in one transaction.</summary>
    public int MaxRecipients { get; init; } = 100;

    /// <summary>Messages over one connection; 0 for no limit.</summary>
    public int ConnectionMaxMessages { get; init; } = 500;

    /// <summary>Host addresses tried in one attempt.</summary>
    public int HostsMaxTry { get; init; } = 5;

    /// <summary>Host addresses looked at in one attempt, those skipped included.</summary>
    public int HostsMaxTryHardLimit { get; init; } = 50;

    /// <summary>Whether each address of a host is remembered by itself when it fails.</summary>
    public bool RetryIncludeIpAddress { get; init; } = true;

    /// <summary>Whether recipients of several domains may share a transaction.</summary>
    public bool MultiDomain { get; init; } = true;

    /// <summary>Whether a host that is this one may be connected to.</summary>
    public bool AllowLocalhost { get; init; }

    /// <summary>Added to the message size for the SIZE parameter; negative: SIZE is not sent.</summary>
    public int SizeAddition { get; init; } = 1024;

    /// <summary>LMTP: send IGNOREQUOTA with RCPT.</summary>
    public bool LmtpIgnoreQuota { get; init; }

    /// <summary>Longest line of a message that is sent, without CRLF.</summary>
    public int MessageLineLengthLimit { get; init; } = 998;

    public HostSet AvoidEsmtp { get; init; } = HostSet.None;

    public HostSet AvoidPipelining { get; init; } = HostSet.None;

    /// <summary>Peers whose banner is not waited for before EHLO, when they have offered PIPECONNECT.</summary>
    public HostSet PipeConnect { get; init; } = HostSet.None;

    /// <summary>How long such an offer is believed.</summary>
    public TimeSpan OfferLasts { get; init; } = TimeSpan.FromDays(7);

    public HostSet TryChunking { get; init; } = HostSet.Everyone;

    /// <summary>Peers that are asked for a reply for each recipient, when they offer PRDR and there are several.</summary>
    public HostSet TryPrdr { get; init; } = HostSet.Everyone;

    public SmtpTlsSettings Tls { get; init; } = new();

    public SmtpClientAuthentication Authentication { get; init; } = new();

    /// <summary>One signature each, in order; empty for no signing.</summary>
    public ImmutableArray<DkimSigningSettings> Dkim { get; init; } = [];

    /// <summary>Seals the message as the last step (RFC 8617); null for none.</summary>
    public ArcSigningSettings? Arc { get; init; }
}
