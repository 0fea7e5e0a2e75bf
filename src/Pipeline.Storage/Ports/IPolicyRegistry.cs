using System.Collections.Immutable;

namespace Pipeline.Storage.Ports;

/// <summary>Where the policies of a node or a cluster are kept: numbered, unchangeable, the highest number is the current one.</summary>
/// <remarks>Every method throws <see cref="PolicyRegistryException"/> when the registry is out of reach, which passes.</remarks>
public interface IPolicyRegistry : IAsyncDisposable
{
    /// <summary>Gives a policy the next number, in one transaction that excludes other publishers.</summary>
    Task<PublishOutcome> PublishAsync(PolicyPublication publication, CancellationToken cancellationToken);

    /// <summary>The highest number; 0 when nothing was published yet.</summary>
    Task<int> ReadCurrentNumberAsync(CancellationToken cancellationToken);

    /// <returns>Null when there is no such number.</returns>
    /// <exception cref="InvalidDataException">It is kept in a form that this version cannot read, or is damaged.</exception>
    Task<PublishedPolicy?> ReadAsync(int number, CancellationToken cancellationToken);

    /// <summary>The newest entries, newest first.</summary>
    Task<ImmutableArray<PolicyRecord>> ReadHistoryAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Returns when something may have been published, at the latest after <paramref name="atMost"/>. A hint and no more: whoever waits looks at the number.</summary>
    /// <remarks>Never fails for an outage, and is called by one waiter at a time.</remarks>
    Task WaitForHintAsync(TimeSpan atMost, CancellationToken cancellationToken);

    /// <summary>Says which policy a node runs; replaces what it said before.</summary>
    Task ReportAsync(NodePolicy state, CancellationToken cancellationToken);

    /// <summary>Forgets what a node said, as it stops; a later life's word stays.</summary>
    Task WithdrawAsync(string node, long epoch, CancellationToken cancellationToken);

    /// <summary>What the nodes said, by name.</summary>
    Task<ImmutableArray<NodePolicy>> ReadNodesAsync(CancellationToken cancellationToken);
}

/// <summary>The registry of policies is out of reach.</summary>
public sealed class PolicyRegistryException(string message, Exception cause) : IOException(message, cause);
