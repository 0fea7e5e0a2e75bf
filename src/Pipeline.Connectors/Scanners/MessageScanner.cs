using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Gives each scan to those who do its kind.</summary>
public sealed class MessageScanner(IMessageScanner spam, IMessageScanner malware) : IMessageScanner
{
    public Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken) =>
        (job.Kind == ScanKind.Malware ? malware : spam).ScanAsync(job, cancellationToken);
}
