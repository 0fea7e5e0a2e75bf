using System.Collections.Concurrent;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Node.Tests.Scanning;

/// <summary>What stands behind a scanner node: reads the message, and answers as a test says.</summary>
internal sealed class ScriptedScanner(Func<ScanJob, CancellationToken, Task<ScanOutcome>> answer) : IMessageScanner
{
    public ConcurrentQueue<(ScanJob Job, string Message)> Scans { get; } = new();

    public static ScriptedScanner Scores(decimal score) => new((_, _) => Task.FromResult<ScanOutcome>(Scanned(score)));

    public static ScanOutcome.Scanned Scanned(decimal score) => new(new SpamVerdict(score, 5, "report"), "spamd");

    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new MemoryStream();
            await job.Content.CopyToAsync(message, cancellationToken);
            Scans.Enqueue((job, Encoding.Latin1.GetString(message.ToArray())));
            return await answer(job, cancellationToken);
        }
        catch (IOException error)
        {
            return new ScanOutcome.Failed(error.Message);
        }
    }
}
