using System.Collections.Concurrent;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Actors.Tests.Support;

/// <summary>Scans as a test says, and remembers what it was given.</summary>
internal sealed class FakeScanner : IMessageScanner
{
    private int _running;

    public ConcurrentQueue<(ScanJob Job, string Message)> Scans { get; } = new();

    public Func<ScanJob, CancellationToken, Task<ScanOutcome>> Answer { get; set; } =
        static (_, _) => Task.FromResult<ScanOutcome>(new ScanOutcome.Failed("no scanner"));

    /// <summary>Scans that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            using var message = new MemoryStream();
            await job.Content.CopyToAsync(message, cancellationToken);
            Scans.Enqueue((job, Encoding.UTF8.GetString(message.ToArray())));
            return await Answer(job, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public static Func<ScanJob, CancellationToken, Task<ScanOutcome>> Score(decimal score) =>
        (_, _) => Task.FromResult<ScanOutcome>(new ScanOutcome.Scanned(new SpamVerdict(score, 5, "line one\nline two"), "127.0.0.1 783"));
}
