using System.Collections.Immutable;

namespace Pipeline.Storage.Ports;

/// <summary>Shorter forms of the port.</summary>
public static class MessageStoreExtensions
{
    /// <summary>Claims of any stage and destination, the longest due first.</summary>
    public static ValueTask<ImmutableArray<StoredMessage>> ClaimDueAsync(
        this IMessageStore store, Ownership owner, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        store.ClaimDueAsync(owner, now, limit, ClaimScope.Any, cancellationToken);

    /// <summary>The earliest time at which an unclaimed message of any stage is due.</summary>
    public static ValueTask<DateTimeOffset?> NextDueAsync(this IMessageStore store, CancellationToken cancellationToken) =>
        store.NextDueAsync(ClaimScope.Any, cancellationToken);
}
