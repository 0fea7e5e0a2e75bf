using Pipeline.Actors.Callouts;
using Pipeline.Actors.Delivery;
using Pipeline.Actors.Hints;
using Pipeline.Node.Hosting.Stores;
using Pipeline.Policy.Hints;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>
/// Deletes what is over: journals of messages that ended long ago, a few at a time, and hints that say nothing any more.
/// In a cluster one node does it for all.
/// </summary>
internal sealed class StorePurge : IAsyncDisposable
{
    private const string Role = "purge";
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly NodeContext _node;
    private readonly TimeSpan _retention;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private StorePurge(NodeContext node, TimeSpan retention)
    {
        (_node, _retention) = (node, retention);
        _running = RunAsync(_stop.Token);
    }

    private NodeStore Store => _node.Store;

    private TimeProvider Time => _node.Options.Time;

    public static StorePurge Start(NodeContext node, TimeSpan retention) => new(node, retention);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (Store.Member is { } member ? member.Life.Singletons.RunAsync(Role, PurgeAsync, cancellationToken) : PurgeAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        do
        {
            try
            {
                await PurgeJournalAsync(cancellationToken);
                await SweepHintsAsync(cancellationToken);
            }
            catch (IOException error)
            {
                Log.PurgeFailed(_node.Logger, error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task SweepHintsAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        await NodeCallouts.PurgeAsync(Store.Messages, now, LongestBelief(), cancellationToken);
        await HostMemory.SweepAsync(Store.Messages, now, cancellationToken);
        foreach (var kind in HintRecord.Kinds)
        {
            await HintSweep.RunAsync(Store.Messages, kind, value => HintRecord.Read(value) is not { } record || record.Until <= now, cancellationToken);
        }
    }

    private async Task PurgeJournalAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        int removed;
        do
        {
            removed = await Store.Messages.PurgeAsync(Time.GetUtcNow() - _retention, Batch, cancellationToken);
            total += removed;
        }
        while (removed >= Batch);

        if (total > 0)
        {
            Log.Purged(_node.Logger, total, _retention.TotalDays);
        }
    }

    private TimeSpan LongestBelief()
    {
        var options = _node.Policies.Current.Policy.MainOptions;
        return new[] { options.CalloutPositiveExpire, options.CalloutNegativeExpire, options.CalloutDomainPositiveExpire, options.CalloutDomainNegativeExpire }.Max();
    }
}
