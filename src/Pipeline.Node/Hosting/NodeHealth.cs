using Pipeline.Actors;
using Pipeline.Kernel.Inspection;
using Pipeline.Node.Admin;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>Looks whether a node works and whether it can take mail, by having it do a little of both. Every look ends within a bounded time.</summary>
internal sealed class NodeHealth(string name, IMessageStore store, ActorSystem system, TimeProvider time)
{
    /// <summary>A turn of the supervisor takes microseconds.</summary>
    private static readonly TimeSpan TurnTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A store that cannot write says so before that.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Why the node should get no mail now, though it may be well; null when it may. Set by the node as it starts and stops.</summary>
    public Func<string?> WhyClosed { get; set; } = () => "starting";

    public async Task<HealthReport> LookAsync(CancellationToken cancellationToken)
    {
        var actors = LookAtActorsAsync(cancellationToken);
        var (whyDead, whyNotReady) = await LookAtStoreAsync(cancellationToken);
        string?[] deaths = [await actors, whyDead];
        string?[] all = [.. deaths, whyNotReady, WhyClosed()];
        string[] problems = [.. all.OfType<string>()];
        return new HealthReport(name, deaths.All(reason => reason is null), problems.Length == 0, problems);
    }

    /// <returns>Why the node is not alive; null when it is.</returns>
    public async Task<string?> WhyDeadAsync(CancellationToken cancellationToken)
    {
        var report = await LookAsync(cancellationToken);
        return report.Live ? null : string.Join("; ", report.Problems);
    }

    private async Task<string?> LookAtActorsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await system.DescribeAsync(ActorNames.MessagesPath, static _ => "", TurnTimeout, cancellationToken) is null
                ? "the supervisor of messages is gone"
                : null;
        }
        catch (TimeoutException)
        {
            return $"the supervisor of messages took no turn for {TurnTimeout.TotalSeconds} s";
        }
    }

    private async Task<(string? WhyDead, string? WhyNotReady)> LookAtStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A hint about a destination that is none: the smallest thing that has to become durable.
            var now = time.GetUtcNow();
            var written = await store.PutRetryHintAsync($"health/{name}", new RetryHint(now, now, now, TimeSpan.Zero, "health"), cancellationToken)
                .AsTask().WaitAsync(StoreTimeout, time, cancellationToken);
            return (null, written == WriteOutcome.Durable ? null : "the store cannot write now");
        }
        catch (TimeoutException)
        {
            return ($"the store did not answer for {StoreTimeout.TotalSeconds} s", null);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return (null, $"the store cannot be used: {error.Message}");
        }
    }
}
