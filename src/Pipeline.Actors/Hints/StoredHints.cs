using Pipeline.Policy.Hints;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Hints;

/// <summary>Keeps hints in the store: nodes of a cluster share them, and they outlive the nodes. A session never waits for the store beyond a deadline.</summary>
public sealed class StoredHints(TimeProvider time) : IHints
{
    /// <summary>The store answers within this time in any case; this bounds what is in its way.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Null before the node has its store; nothing is remembered then.</summary>
    public IMessageStore? Store { get; set; }

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        await InTimeAsync(Opened().GetHintAsync(key, cancellationToken), cancellationToken);

    public async ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken)
    {
        if (await InTimeAsync(Opened().ChangeHintAsync(key, change, cancellationToken), cancellationToken) != WriteOutcome.Durable)
        {
            throw new IOException("the store cannot remember anything now");
        }
    }

    private IMessageStore Opened() => Store ?? throw new IOException("the store is not open");

    private async Task<T> InTimeAsync<T>(ValueTask<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.AsTask().WaitAsync(Deadline, time, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new IOException("the store does not answer in time", late);
        }
    }
}
