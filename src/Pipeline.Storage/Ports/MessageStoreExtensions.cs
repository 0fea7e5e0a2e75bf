using System.Collections.Immutable;
using Pipeline.Storage.State;

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

    /// <summary>Remembers how a destination does over messages (Exim's retry hints); null record forgets it. Durable with the next commit.</summary>
    public static ValueTask<WriteOutcome> PutRetryHintAsync(this IMessageStore store, string key, RetryHint? hint, CancellationToken cancellationToken) =>
        store.PutHintAsync(key, hint is null ? null : StoredForm.Of(hint), cancellationToken);

    public static async ValueTask<RetryHint?> GetRetryHintAsync(this IMessageStore store, string key, CancellationToken cancellationToken) =>
        await store.GetHintAsync(key, cancellationToken) is { } value ? StoredForm.Hint(value) : null;
}
