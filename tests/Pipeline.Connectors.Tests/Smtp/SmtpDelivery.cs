using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy.Transports;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>What the tests of the delivery agent have in common: an agent on standing time, and jobs for it.</summary>
public abstract class SmtpDelivery : IAsyncDisposable
{
    protected const string Header = "From: a@client.example\r\nSubject: test\r\n";

    private readonly Lazy<SmtpDeliveryAgent> _agent;

    protected SmtpDelivery() => _agent = new Lazy<SmtpDeliveryAgent>(() => new SmtpDeliveryAgent(Pool, Time, Dns));

    /// <summary>Asked for TLSA records.</summary>
    protected IDnsResolver Dns { get; set; } = new ZoneResolver(ImmutableDictionary<string, ZoneName>.Empty);

    internal ManualTime Time { get; } = new();

    internal SmtpDeliveryAgent Agent => _agent.Value;

    protected SmtpPoolOptions Pool { get; set; } = new();

    protected SmtpTransportSettings Settings { get; set; } = new("remote_smtp")
    {
        HeloData = new HeloData("client.example"),
        Tls = new SmtpTlsSettings { TryVerify = HostSet.None },
    };

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_agent.IsValueCreated)
        {
            await Agent.DisposeAsync();
        }
    }

    protected static DestinationHost HostOf(ScriptedSmtpPeer peer, string name = "peer.example") => new(name, [peer.EndPoint.Address], peer.EndPoint.Port);

    protected static DeliveryRecipient Recipient(int index, string address, DsnNotify notify = DsnNotify.None, string? original = null)
    {
        var at = address.LastIndexOf('@');
        return new DeliveryRecipient(index, new EnvelopeAddress(address[..at], address[(at + 1)..]), notify, original);
    }

    protected DeliveryJob Job(ScriptedSmtpPeer peer, params string[] recipients) => Job([HostOf(peer)], recipients);

    protected DeliveryJob Job(ImmutableArray<DestinationHost> hosts, params string[] recipients) => new()
    {
        MessageId = default,
        Content = new InMemoryMessageContent(Encoding.Latin1.GetBytes(Header), "Hello\r\n.dot\r\n"u8.ToArray()),
        ReturnPath = new EnvelopeAddress("a", "client.example"),
        Sender = new EnvelopeAddress("a", "client.example"),
        Recipients = [.. (recipients.Length == 0 ? ["x@peer.example"] : recipients).Select((address, i) => Recipient(i, address))],
        Transport = Settings,
        Hosts = hosts,
        ReceivedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Delivers, and fails rather than hangs when a bug leaves something waiting.</summary>
    protected async Task<ImmutableArray<DeliveryOutcome>> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken = default)
    {
        var report = await Agent.DeliverAsync(job, cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        Assert.Equal(job.Recipients.Select(r => r.Index), report.Recipients.Select(r => r.Index));
        return [.. report.Recipients.Select(r => r.Outcome)];
    }

    protected async Task<DeliveryOutcome> DeliverOneAsync(DeliveryJob job, CancellationToken cancellationToken = default) =>
        Assert.Single(await DeliverAsync(job, cancellationToken));

    protected static DeliveryFailure Deferred(DeliveryOutcome outcome) => Assert.IsType<DeliveryOutcome.Deferred>(outcome).Failure;

    protected static DeliveryFailure Failed(DeliveryOutcome outcome) => Assert.IsType<DeliveryOutcome.Failed>(outcome).Failure;

    protected static DeliveryOutcome.Delivered Delivered(DeliveryOutcome outcome) => Assert.IsType<DeliveryOutcome.Delivered>(outcome);
}
