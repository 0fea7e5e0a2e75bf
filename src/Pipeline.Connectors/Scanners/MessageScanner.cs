using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>Gives each scan to those who do its kind.</summary>
public sealed class MessageScanner(ScanFolder folder, Random random, TimeProvider time) : IMessageScanner
{
    private readonly SpamdScanner _spam = new(time, random);
    private readonly MalwareScanner _malware = new(folder, time);
    private readonly DccScanner _dcc = new(time);
    private readonly BmiScanner _bmi = new(time, random);

    public Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        IMessageScanner scanner = job.Kind switch
        {
            ScanKind.Malware => _malware,
            ScanKind.Dcc => _dcc,
            ScanKind.Bmi => _bmi,
            _ => _spam,
        };
        return scanner.ScanAsync(job, cancellationToken);
    }
}
