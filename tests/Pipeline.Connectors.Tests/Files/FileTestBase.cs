using System.Text;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Tests.Files;

/// <summary>A directory of its own, the threads for file work, and a message to deliver.</summary>
public abstract class FileTestBase : IDisposable
{
    protected const string Header = "Received: by mx.test\r\n\tid 1xV0aA-00000000001-0001\r\nSubject: hi\r\n";
    protected const string Body = "From here\r\n.dot\r\nend\r\n";

    protected static readonly DateTimeOffset Received = new(2026, 11, 2, 5, 48, 8, TimeSpan.Zero);

    protected BlockingIoPool Io { get; } = new(threads: 2);

    protected SettableTime Time { get; } = new(Received.AddMinutes(5));

    protected string Root { get; } = Directory.CreateTempSubdirectory("mailpipeline-").FullName;

    public void Dispose()
    {
        Io.Dispose();
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static DeliveryJob Job(TransportSettings settings, IMessageContent? content = null) => new()
    {
        MessageId = MessageId.Create("1xV0aA-00000000001-0001"),
        Content = content ?? new InMemoryMessageContent(Encoding.Latin1.GetBytes(Header), Encoding.Latin1.GetBytes(Body)),
        ReturnPath = new EnvelopeAddress("alice", "sender.test"),
        Sender = new EnvelopeAddress("alice", "sender.test"),
        Recipients = [new DeliveryRecipient(0, new EnvelopeAddress("bob", "here.test"))],
        Transport = settings,
        ReceivedAt = Received,
    };

    protected static async Task<DeliveryOutcome> Deliver(IDeliveryAgent agent, DeliveryJob job, CancellationToken cancellationToken = default)
    {
        var report = await agent.DeliverAsync(job, cancellationToken);
        Assert.Equal(job.Recipients.Select(r => r.Index), report.Recipients.Select(r => r.Index));
        return Assert.Single(report.Recipients.Select(r => r.Outcome).Distinct());
    }

    protected static async Task<string> Succeed(IDeliveryAgent agent, DeliveryJob job) =>
        Assert.IsType<DeliveryOutcome.Delivered>(await Deliver(agent, job)).Detail;

    protected static async Task<DeliveryFailure> Defer(IDeliveryAgent agent, DeliveryJob job, CancellationToken cancellationToken = default) =>
        Assert.IsType<DeliveryOutcome.Deferred>(await Deliver(agent, job, cancellationToken)).Failure;

    protected static string Text(string path) => Encoding.Latin1.GetString(File.ReadAllBytes(path));

    protected static string[] FilesBelow(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal)];

    /// <summary>A body that is only to be had as a stream, which may break.</summary>
    protected sealed class StreamedContent(string header, byte[] octets, int failAfter = int.MaxValue) : IMessageContent
    {
        public ReadOnlyMemory<byte> HeaderBlock { get; } = Encoding.Latin1.GetBytes(header);

        public long BodySize => octets.Length;

        public bool TryGetBody(out ReadOnlyMemory<byte> body)
        {
            body = default;
            return false;
        }

        public Stream OpenBody() => new TrickleStream(octets, failAfter);
    }

    protected sealed class SettableTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class TrickleStream(byte[] octets, int failAfter) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Position >= failAfter
                ? throw new IOException("the store is gone")
                : base.ReadAsync(buffer[..Math.Min(buffer.Length, 30_001)], cancellationToken);
        }
    }
}
