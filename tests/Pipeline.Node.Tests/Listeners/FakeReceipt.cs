using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tls;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>A receipt that says yes to everything unless scripted otherwise, and records what it was asked.</summary>
internal sealed class FakeReceipt : IReceiptService
{
    public const string HostName = "mx.example.com";

    public SmtpCapabilities Capabilities { get; set; } = new(HostName, MaxMessageSize: 0) { StartTls = true };

    /// <summary>Laxer than the language is, so that tests may make mistakes.</summary>
    public SessionRules Rules { get; set; } = new() { MaxErrors = 100, MaxUnknownCommands = 100, MaxNonMailCommands = 100 };

    /// <summary>Decides on a call in place of the default; null to leave it to the default. The text is the recorded line of the call.</summary>
    public Func<string, ReceiptDecision?> Script { get; set; } = _ => null;

    /// <summary>Runs before a call is decided.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>On what terms TLS is begun; null when it cannot be.</summary>
    public ServerTlsTerms? TlsTerms { get; set; } = ServerTlsTerms.Default;

    /// <summary>Rewrites paths of MAIL and RCPT; null when they are not to be rewritten.</summary>
    public Func<string, string>? RewritePath { get; set; }

    /// <summary>Refuses the message while its octets come, from this many octets on.</summary>
    public long RefuseDataAt { get; set; } = long.MaxValue;

    /// <summary>Keep no content; count only.</summary>
    public bool DropContent { get; set; }

    /// <summary>All calls of all sessions, one line each.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<ClientConnection> Clients { get; } = new();

    public ConcurrentQueue<string> Incidents { get; } = new();

    /// <summary>The incidents that ended a session.</summary>
    public ConcurrentQueue<ProtocolIncident> Breaks { get; } = new();

    public ConcurrentQueue<TlsFacts> Tls { get; } = new();

    /// <summary>The content of each message that EndData was asked for.</summary>
    public ConcurrentQueue<byte[]> Messages { get; } = new();

    public ConcurrentQueue<MailParameters> Mails { get; } = new();

    /// <summary>Of each message: whether it came in groups of commands.</summary>
    public ConcurrentQueue<bool?> Pipelined { get; } = new();

    public ConcurrentQueue<RecipientParameters> Recipients { get; } = new();

    public long OctetsWritten;

    public int LargestWrite;

    public int Disposed;

    /// <summary>The peer that the policy knows as a proxy; null for none.</summary>
    public IPAddress? Proxy { get; init; }

    public ValueTask<bool> IsProxyAsync(IPAddress peer, CancellationToken cancellationToken) => new(peer.Equals(Proxy));

    public IReceiptSession Open(ClientConnection client)
    {
        Clients.Enqueue(client);
        return new Session(this);
    }

    public int CountOf(string call) => Calls.Count(line => line == call);

    private sealed class Session(FakeReceipt receipt) : IReceiptSession
    {
        private static readonly SmtpReply Believed = new(235, new EnhancedStatusCode(2, 7, 0), "Authentication succeeded");

        private readonly ArrayBufferWriter<byte> _content = new();
        private long _octets;

        public SmtpCapabilities Capabilities => receipt.Capabilities;

        public SmtpReply? DataRefusal { get; private set; }

        public bool? Pipelined { get; set; }

        public bool RewritesPaths => receipt.RewritePath is not null;

        public ValueTask<byte[]> RewritePathAsync(bool isSender, ReadOnlyMemory<byte> path, CancellationToken cancellationToken) =>
            new(Encoding.Latin1.GetBytes(receipt.RewritePath!($"{(isSender ? "mail" : "rcpt")} {Encoding.Latin1.GetString(path.Span)}")));

        public ValueTask<ReceiptDecision> ConnectAsync(CancellationToken cancellationToken) =>
            Decide("connect", new SmtpReply(220, HostName + " ESMTP"));

        public ValueTask<ReceiptDecision> HeloAsync(bool extended, string name, CancellationToken cancellationToken) =>
            Decide($"{(extended ? "ehlo" : "helo")} {name}", new SmtpReply(250, $"{HostName} Hello {name}"));

        public ValueTask<ReceiptDecision> StartTlsAsync(CancellationToken cancellationToken) =>
            Decide("starttls", new SmtpReply(220, new EnhancedStatusCode(2, 0, 0), "go ahead"));

        public ValueTask<ServerTlsTerms?> TlsTermsAsync(CancellationToken cancellationToken) => new(receipt.TlsTerms);

        public ValueTask TlsEstablishedAsync(TlsFacts facts, CancellationToken cancellationToken)
        {
            receipt.Calls.Enqueue("tls");
            receipt.Tls.Enqueue(facts);
            return ValueTask.CompletedTask;
        }

        public ValueTask<ReceiptDecision> AuthenticateAsync(string mechanism, byte[]? initialResponse, CancellationToken cancellationToken) =>
            Decide($"auth {mechanism}{(initialResponse is null ? "" : $" [{Encoding.Latin1.GetString(initialResponse)}]")}", Believed);

        public ValueTask<ReceiptDecision> RespondAsync(byte[] response, CancellationToken cancellationToken) =>
            Decide($"respond [{Encoding.Latin1.GetString(response)}]", Believed);

        public ValueTask<ReceiptDecision> MailAsync(MailParameters mail, CancellationToken cancellationToken)
        {
            receipt.Mails.Enqueue(mail);
            return Decide($"mail {mail.Sender}", new SmtpReply(250, new EnhancedStatusCode(2, 1, 0), "sender OK"));
        }

        public ValueTask<ReceiptDecision> RecipientAsync(RecipientParameters recipient, CancellationToken cancellationToken)
        {
            receipt.Recipients.Enqueue(recipient);
            return Decide($"rcpt {recipient.Address}", new SmtpReply(250, new EnhancedStatusCode(2, 1, 5), "recipient OK"));
        }

        public ValueTask<ReceiptDecision> BeginDataAsync(bool chunking, CancellationToken cancellationToken)
        {
            _content.ResetWrittenCount();
            _octets = 0;
            DataRefusal = null;
            return Decide(chunking ? "begin bdat" : "begin data", new SmtpReply(354, "enter message"));
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
        {
            _octets += octets.Length;
            receipt.OctetsWritten += octets.Length;
            receipt.LargestWrite = Math.Max(receipt.LargestWrite, octets.Length);
            if (!receipt.DropContent)
            {
                _content.Write(octets.Span);
            }

            if (_octets >= receipt.RefuseDataAt)
            {
                DataRefusal = new SmtpReply(452, new EnhancedStatusCode(4, 3, 1), "disk full");
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<ReceiptDecision> EndDataAsync(CancellationToken cancellationToken)
        {
            receipt.Messages.Enqueue(_content.WrittenSpan.ToArray());
            receipt.Pipelined.Enqueue(Pipelined);
            return Decide("end data", new SmtpReply(250, new EnhancedStatusCode(2, 0, 0), "accepted"));
        }

        public ValueTask<ReceiptDecision> VerifyAsync(string argument, CancellationToken cancellationToken) =>
            Decide($"vrfy {argument}", new SmtpReply(252, new EnhancedStatusCode(2, 0, 0), "cannot verify"));

        public ValueTask<ReceiptDecision> ExpandAsync(string argument, CancellationToken cancellationToken) =>
            Decide($"expn {argument}", new SmtpReply(550, new EnhancedStatusCode(5, 7, 1), "Administrative prohibition"));

        public ValueTask ResetAsync(string reason, CancellationToken cancellationToken)
        {
            receipt.Calls.Enqueue($"reset {reason}");
            return ValueTask.CompletedTask;
        }

        public ValueTask<ReceiptDecision> QuitAsync(CancellationToken cancellationToken) =>
            Decide("quit", new SmtpReply(221, new EnhancedStatusCode(2, 0, 0), "closing connection"));

        public SessionRules Rules => receipt.Rules;

        public void ProtocolIncident(ProtocolIncident incident)
        {
            receipt.Incidents.Enqueue($"{incident.Command}|{incident.Reply.Code}|{incident.Reason}");
            if (incident.Ends != SessionBreak.None)
            {
                receipt.Breaks.Enqueue(incident);
            }
        }

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref receipt.Disposed);
            return ValueTask.CompletedTask;
        }

        private async ValueTask<ReceiptDecision> Decide(string call, SmtpReply otherwise)
        {
            receipt.Calls.Enqueue(call);
            await receipt.Before(call);
            return receipt.Script(call) ?? new ReceiptDecision(otherwise);
        }
    }
}
