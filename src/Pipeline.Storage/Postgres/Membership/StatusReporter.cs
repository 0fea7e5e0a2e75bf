using Pipeline.Storage.Ports;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Writes what a node says of its work into its row: soon when it changed, now and then when not.</summary>
internal sealed class StatusReporter(PostgresDatabase database, Ownership owner, ClusterEvents events, MembershipOptions options, TimeProvider time)
{
    private static readonly MemberSql Write = new("report");

    private readonly Lock _gate = new();
    private NodeReport _latest;
    private NodeReport _written;
    private TimeSpan? _writtenAt;

    public void Report(NodeReport report)
    {
        lock (_gate)
        {
            _latest = report;
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await WriteAsync(cancellationToken);
            }
            catch (Exception e) when (PostgresFailure.IsTransient(e) || e is OperationCanceledException)
            {
                // An old row is what an outage looks like to the others; the next round writes what is true then.
            }

            await Task.Delay(options.ReportEvery, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        NodeReport report;
        lock (_gate)
        {
            report = _latest;
        }

        var now = options.Clock.Now;
        if (_writtenAt is { } at && report == _written && now - at < options.ReportAtLeastEvery)
        {
            return;
        }

        var load = report.Load;
        await using (var command = Write.On(
            database.Work, owner.Node, owner.Epoch, report.Policy, load.Active, load.Waiting, load.Connections, load.Scans))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (_written.Policy != 0 && report.Policy != _written.Policy)
        {
            await events.AppendAsync(
                owner, ClusterEventKind.PolicySwitched, owner.Node, $"from policy {_written.Policy} to {report.Policy}", cancellationToken);
        }

        (_written, _writtenAt) = (report, now);
    }
}
