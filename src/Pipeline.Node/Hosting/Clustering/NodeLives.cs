using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Hosting.Clustering;

/// <summary>The lives of a node, one after the other: when the cluster has ended one, the node stops what it does and joins again under a new epoch.</summary>
internal sealed class NodeLives(NodeOptions options, MailNode first, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan JoinPause = TimeSpan.FromSeconds(1);

    private volatile MailNode? _node = first;

    /// <summary>Goes on until the token ends, which leaves the node running for <see cref="StopAsync"/>.</summary>
    /// <returns>False when an operator has put the node out of the cluster: it has stopped, and must not join again by itself.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var node = _node!;
            var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (stop.Register(() => asked.TrySetResult()))
            {
                if (await Task.WhenAny(node.Lost, node.Ordered, asked.Task) == asked.Task)
                {
                    break;
                }
            }

            _node = null;
            if (!await EndAsync(node))
            {
                return false;
            }

            _node = await JoinAgainAsync(stop);
        }

        return true;
    }

    public Task StopAsync() => _node?.StopAsync() ?? Task.CompletedTask;

    public Task ReloadAsync() => _node?.ReloadAsync(CancellationToken.None) ?? Task.CompletedTask;

    /// <returns>Why the process is not alive; a node between two lives waits for its database, which no restart of the process would bring back.</returns>
    public Task<string?> WhyDeadAsync(CancellationToken cancellationToken) => _node?.Health.WhyDeadAsync(cancellationToken) ?? Task.FromResult<string?>(null);

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <returns>Whether the node is to live again.</returns>
    private async Task<bool> EndAsync(MailNode node)
    {
        if (!node.Lost.IsCompleted)
        {
            await node.StopAsync();
            return await node.Ordered != LifeOrder.Leave;
        }

        var loss = await node.Lost;
        Log.LeaseLost(logger, loss.Reason);
        await node.AbandonAsync();
        return loss.Cause != LeaseLossCause.Ordered;
    }

    /// <returns>Null when the token ended first.</returns>
    /// <exception cref="NodeStartException">The node cannot start, and time would not change that.</exception>
    private async Task<MailNode?> JoinAgainAsync(CancellationToken stop)
    {
        string? said = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                return await MailNode.StartAsync(options, stop);
            }
            catch (NodeStartException error) when (error.MayPass)
            {
                if (said != error.Message)
                {
                    Log.CannotJoinYet(logger, error.Message);
                    said = error.Message;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }

            try
            {
                await Task.Delay(JoinPause, options.Time, stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return null;
    }
}
