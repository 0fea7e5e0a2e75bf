using System.Net;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Callers;
using Pipeline.Policy.Tls;

namespace Pipeline.Actors.Receipt;

/// <summary>The gateway's answers to an SMTP client. The listener speaks the protocol; this decides.</summary>
public interface IReceiptService
{
    /// <summary>A client has connected. Never throws for what the client is.</summary>
    IReceiptSession Open(ClientConnection client);

    /// <summary>Whether the policy knows this peer as a proxy (<c>hosts_proxy</c>): then its connections begin with a PROXY header.</summary>
    ValueTask<bool> IsProxyAsync(IPAddress peer, CancellationToken cancellationToken) => new(false);
}

/// <summary>The proxy that a client has come through.</summary>
/// <param name="Address">The proxy as it has connected to us.</param>
/// <param name="External">Where the client has connected to the proxy; null when the proxy does not say.</param>
public sealed record ProxySession(IPEndPoint Address, IPEndPoint? External);

/// <summary>Facts of the connection that do not change.</summary>
/// <param name="Client">Null for submission on standard input.</param>
/// <param name="ImplicitTls">TLS began with the connection.</param>
/// <param name="Delivery">What a local program wants of its messages' delivery.</param>
public sealed record ClientConnection(IPEndPoint? Client, IPEndPoint? Local, bool ImplicitTls, LocalDelivery Delivery = LocalDelivery.Unsaid)
{
    /// <summary>The local program that speaks; null for a client from the network.</summary>
    public LocalProgram? Program { get; init; }

    /// <summary>Null for a client that has come by itself.</summary>
    public ProxySession? Proxy { get; init; }
}

/// <summary>A program of this machine that speaks SMTP on a pair of streams.</summary>
/// <param name="Caller">As whom it runs, as the kernel says.</param>
/// <param name="Claims">What it says of where its mail comes from; null for nothing.</param>
public sealed record LocalProgram(CallerCredentials Caller, LocalClaims? Claims = null);

/// <summary>One client's conversation. Calls come one at a time, in the order of the protocol; the listener has checked syntax and sequence.</summary>
public interface IReceiptSession : IAsyncDisposable
{
    /// <summary>Runs the connection policy and gives the banner, or the refusal after which the listener closes.</summary>
    ValueTask<ReceiptDecision> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>What EHLO may offer now; asked for each EHLO.</summary>
    SmtpCapabilities Capabilities { get; }

    ValueTask<ReceiptDecision> HeloAsync(bool extended, string name, CancellationToken cancellationToken);

    /// <summary>STARTTLS was asked: may it begin?</summary>
    ValueTask<ReceiptDecision> StartTlsAsync(CancellationToken cancellationToken);

    /// <summary>What a handshake with this client is to be like; asked before each. Null when none can be had now, and then the log says why.</summary>
    ValueTask<ServerTlsTerms?> TlsTermsAsync(CancellationToken cancellationToken) => new(ServerTlsTerms.Default);

    /// <summary>TLS has been established; everything learnt before is forgotten (RFC 3207 section 4.2).</summary>
    ValueTask TlsEstablishedAsync(Policy.Expansion.TlsFacts facts, CancellationToken cancellationToken);

    /// <summary>The paths of MAIL and RCPT are to be given to <see cref="RewritePathAsync"/> before their syntax is looked at.</summary>
    bool RewritesPaths => false;

    /// <summary>Changes a path as the client wrote it. The result need not be an address: it is read as if it had been sent.</summary>
    ValueTask<byte[]> RewritePathAsync(bool isSender, ReadOnlyMemory<byte> path, CancellationToken cancellationToken) => new(path.ToArray());

    /// <summary>AUTH: an exchange begins. A reply of 334 is a challenge, to be answered by <see cref="RespondAsync"/>; any other ends the exchange.</summary>
    /// <param name="initialResponse">Decoded; empty for <c>=</c>, null when the command had none.</param>
    /// <remarks>An exchange that the client breaks off ends with a <see cref="ProtocolIncident"/> of AUTH, or with the session.</remarks>
    ValueTask<ReceiptDecision> AuthenticateAsync(string mechanism, byte[]? initialResponse, CancellationToken cancellationToken);

    /// <summary>The answer to the last challenge, decoded.</summary>
    ValueTask<ReceiptDecision> RespondAsync(byte[] response, CancellationToken cancellationToken);

    ValueTask<ReceiptDecision> MailAsync(MailParameters mail, CancellationToken cancellationToken);

    ValueTask<ReceiptDecision> RecipientAsync(RecipientParameters recipient, CancellationToken cancellationToken);

    /// <summary>DATA, or the first BDAT: may the message come?</summary>
    ValueTask<ReceiptDecision> BeginDataAsync(bool chunking, CancellationToken cancellationToken);

    /// <summary>Octets of the message, header first, in wire form with CRLF line ends, not dot-stuffed. They are only valid during the call.</summary>
    /// <remarks>After <see cref="DataRefusal"/> is set, further octets are read and dropped.</remarks>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken);

    /// <summary>Set when the message can no longer be accepted (too large, disk full); the listener reads on to the end of data and gives this reply.</summary>
    SmtpReply? DataRefusal { get; }

    /// <summary>The final dot, or BDAT LAST. A positive reply, for a recipient too, means that the message is durable.</summary>
    ValueTask<ReceiptDecision> EndDataAsync(CancellationToken cancellationToken);

    /// <summary>VRFY: can mail be delivered to this address?</summary>
    ValueTask<ReceiptDecision> VerifyAsync(string argument, CancellationToken cancellationToken);

    /// <summary>EXPN: what does this address stand for?</summary>
    ValueTask<ReceiptDecision> ExpandAsync(string argument, CancellationToken cancellationToken);

    /// <summary>Whether the client has sent commands of the message without waiting for replies; null where PIPELINING was not offered. Set before the end of data.</summary>
    bool? Pipelined
    {
        get => null;
        set
        {
        }
    }

    /// <summary>Whether the session began with commands before the banner, or went on behind EHLO without its reply; null where that was not offered. Set before the end of data.</summary>
    bool? BeganEarly
    {
        get => null;
        set
        {
        }
    }

    /// <summary>RSET, a second EHLO, or anything else that ends a transaction early.</summary>
    ValueTask ResetAsync(string reason, CancellationToken cancellationToken);

    ValueTask<ReceiptDecision> QuitAsync(CancellationToken cancellationToken);

    /// <summary>How the policy will have SMTP spoken; asked whenever it matters, as ACLs may change it.</summary>
    SessionRules Rules { get; }

    /// <summary>For the journal and the log.</summary>
    void ProtocolIncident(ProtocolIncident incident);
}

/// <param name="Reply">What to say to the client.</param>
/// <param name="Close">Close the connection after the reply.</param>
/// <param name="RefusedBy">The ACL about the content that said no; null otherwise.</param>
public sealed record ReceiptDecision(SmtpReply Reply, bool Close = false, Policy.Acl.AclPoint? RefusedBy = null)
{
    /// <summary>The policy finds the syntax of the command bad: it counts as such an error.</summary>
    public bool IsSyntaxError { get; init; }

    /// <summary>What to say before it: of a message with PRDR, that the replies for its recipients follow, and those.</summary>
    public ImmutableArray<SmtpReply> Preceding { get; init; } = [];
}

/// <summary>What this server offers this client now. Each is one EHLO keyword.</summary>
/// <param name="MaxMessageSize">The value of SIZE; 0 for no fixed bound.</param>
public sealed record SmtpCapabilities(
    string HostName,
    long MaxMessageSize,
    bool Pipelining = true,
    bool Chunking = true,
    bool EightBitMime = true,
    bool SmtpUtf8 = true,
    bool StartTls = false,
    bool Dsn = true,
    bool EnhancedStatusCodes = true,
    bool BinaryMime = false)
{
    /// <summary>The mechanisms of AUTH, in the order to offer them; without one AUTH is not offered.</summary>
    public ImmutableArray<string> Mechanisms { get; init; } = [];

    /// <summary>VRFY may have an answer.</summary>
    public bool Verifies { get; init; }

    /// <summary>EXPN may have an answer.</summary>
    public bool Expands { get; init; }

    /// <summary>PIPECONNECT: further sessions may begin with commands before the banner. Goes with PIPELINING.</summary>
    public bool PipeConnect { get; init; }

    /// <summary>PRDR: each recipient may have a reply of its own after the data.</summary>
    public bool Prdr { get; init; }

    /// <summary>LIMITS (RFC 9422): the client is told how much it may ask for.</summary>
    public bool Limits { get; init; }

    /// <summary>REQUIRETLS (RFC 8689): never without TLS.</summary>
    public bool RequireTls { get; init; }

    /// <summary>AUTH may be used where it was not offered.</summary>
    public bool TakesUnadvertisedAuth { get; init; }
}

/// <summary>MAIL with its parameters, syntax checked.</summary>
/// <param name="EnvelopeId">ENVID as received, xtext.</param>
/// <param name="Prdr">The client takes a reply for each recipient after the data.</param>
/// <param name="RequireTls">The message may be sent on to nobody but verified hosts that promise the same (RFC 8689).</param>
public sealed record MailParameters(
    EnvelopeAddress Sender,
    long? Size,
    BodyType Body,
    bool SmtpUtf8,
    DsnReturn Return,
    string? EnvelopeId,
    string? Auth,
    bool Prdr = false,
    bool RequireTls = false);

/// <summary>RCPT with its parameters, syntax checked.</summary>
public sealed record RecipientParameters(EnvelopeAddress Address, DsnNotify Notify, string? OriginalRecipient);
