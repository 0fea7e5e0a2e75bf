using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>The rest of the world as the gateway sees it: takes every message and counts it, refuses nobody@ and defers later@.</summary>
internal sealed class DemoSink : IReceiptService, IAsyncDisposable
{
    private const string HostName = "mail.world.example";

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private SmtpServer? _server;
    private long _messages;
    private long _recipients;
    private long _octets;

    private DemoSink()
    {
    }

    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Recipients of the messages that were taken.</summary>
    public long Recipients => Interlocked.Read(ref _recipients);

    public long Octets => Interlocked.Read(ref _octets);

    public int Port => _server!.Endpoints[0].Port;

    public static async Task<DemoSink> StartAsync(CancellationToken cancellationToken)
    {
        var sink = new DemoSink();
        var options = new ListenerOptions { Endpoints = [new ListenerEndpoint(new IPEndPoint(IPAddress.Loopback, 0))] };
        sink._server = await SmtpServer.StartAsync(options, sink, drainTimeout: DrainTime, cancellationToken: cancellationToken);
        return sink;
    }

    public IReceiptSession Open(ClientConnection client) => new Session(this);

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }
    }

    private sealed class Session(DemoSink sink) : IReceiptSession
    {
        private static readonly EnhancedStatusCode Success = new(2, 0, 0);

        private int _recipients;
        private long _octets;

        public SmtpCapabilities Capabilities => new(HostName, MaxMessageSize: 0);

        public SmtpReply? DataRefusal => null;

        public ValueTask<ReceiptDecision> ConnectAsync(CancellationToken cancellationToken) => Say(new SmtpReply(220, $"{HostName} ESMTP"));

        public ValueTask<ReceiptDecision> HeloAsync(bool extended, string name, CancellationToken cancellationToken) => Say(new SmtpReply(250, HostName));

        public ValueTask<ReceiptDecision> AuthenticateAsync(string mechanism, byte[]? initialResponse, CancellationToken cancellationToken) =>
            Say(new SmtpReply(502, new EnhancedStatusCode(5, 5, 1), "no AUTH here"));

        public ValueTask<ReceiptDecision> RespondAsync(byte[] response, CancellationToken cancellationToken) =>
            Say(new SmtpReply(502, new EnhancedStatusCode(5, 5, 1), "no AUTH here"));

        public ValueTask<ReceiptDecision> StartTlsAsync(CancellationToken cancellationToken) =>
            Say(new SmtpReply(454, new EnhancedStatusCode(4, 7, 0), "no TLS here"));

        public void TlsEstablished(TlsFacts facts)
        {
            // STARTTLS is refused.
        }

        public ValueTask<ReceiptDecision> MailAsync(MailParameters mail, CancellationToken cancellationToken)
        {
            Forget();
            return Say(new SmtpReply(250, new EnhancedStatusCode(2, 1, 0), "sender ok"));
        }

        public ValueTask<ReceiptDecision> RecipientAsync(RecipientParameters recipient, CancellationToken cancellationToken)
        {
            switch (recipient.Address.LocalPart)
            {
                case "nobody":
                    return Say(new SmtpReply(550, new EnhancedStatusCode(5, 1, 1), "no such mailbox"));
                case "later":
                    return Say(new SmtpReply(451, new EnhancedStatusCode(4, 7, 1), "greylisted, come back later"));
                default:
                    _recipients++;
                    return Say(new SmtpReply(250, new EnhancedStatusCode(2, 1, 5), "recipient ok"));
            }
        }

        public ValueTask<ReceiptDecision> BeginDataAsync(bool chunking, CancellationToken cancellationToken) => Say(new SmtpReply(354, "go ahead"));

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
        {
            _octets += octets.Length;
            return ValueTask.CompletedTask;
        }

        public ValueTask<ReceiptDecision> EndDataAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref sink._messages);
            Interlocked.Add(ref sink._recipients, _recipients);
            Interlocked.Add(ref sink._octets, _octets);
            Forget();
            return Say(new SmtpReply(250, Success, "taken"));
        }

        public ValueTask<ReceiptDecision> VerifyAsync(string argument, CancellationToken cancellationToken) => Say(new SmtpReply(252, Success, "try it"));

        public ValueTask<ReceiptDecision> ExpandAsync(string argument, CancellationToken cancellationToken) =>
            Say(new SmtpReply(550, new EnhancedStatusCode(5, 7, 1), "not here"));

        public ValueTask ResetAsync(string reason, CancellationToken cancellationToken)
        {
            Forget();
            return ValueTask.CompletedTask;
        }

        public ValueTask<ReceiptDecision> QuitAsync(CancellationToken cancellationToken) => Say(new SmtpReply(221, Success, "bye"));

        public SessionRules Rules { get; } = new();

        public void ProtocolIncident(ProtocolIncident incident)
        {
            // The account shows what went wrong.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static ValueTask<ReceiptDecision> Say(SmtpReply reply) => new(new ReceiptDecision(reply));

        private void Forget()
        {
            _recipients = 0;
            _octets = 0;
        }
    }
}
