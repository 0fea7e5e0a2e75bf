using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;

namespace Pipeline.Node.Scanning;

/// <summary>The scans that this node has done by the servers it reaches, for itself and for others, so many at a time.</summary>
internal sealed class LocalScanner(IMessageScanner servers, int atATime, TimeProvider time) : IDisposable
{
    private readonly ScanGate _gate = new(atATime);

    /// <summary>Scans under way.</summary>
    public int Running => _gate.Running;

    /// <summary>Scans now, or says at once that there is no room.</summary>
    public async Task<ScanOutcome> ScanAsync(ScanJob job, CancellationToken cancellationToken)
    {
        if (!_gate.TryEnter())
        {
            return new ScanOutcome.Busy($"{_gate.Size} scans are under way, which is all the node takes");
        }

        return await RunAsync(job, cancellationToken);
    }

    /// <summary>Waits for room, as long as the job may take.</summary>
    public async Task<ScanOutcome> ScanWhenThereIsRoomAsync(ScanJob job, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(job.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _gate.EnterAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return new ScanOutcome.Failed($"no scanner had room within {job.Deadline.TotalSeconds:0.#} s");
        }

        var left = job.Deadline - time.GetElapsedTime(began);
        return await RunAsync(job with { Deadline = left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1) }, cancellationToken);
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ScanOutcome> RunAsync(ScanJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await servers.ScanAsync(job, cancellationToken);
        }
        finally
        {
            _gate.Leave();
        }
    }
}
