using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Gives each scan to those who do its kind.</summary>
public sealed class MessageScanner(IMessageScanner spam, IMessageScanner malware, IMessageScanner dcc) : IMessageScanner
{
    public Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        var scanner = job.Kind switch
        {
            ScanKind.Malware => malware,
            ScanKind.Dcc => dcc,
            _ => spam,
        };
        return scanner.ScanAsync(job, cancellationToken);
    }
}
