using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Hints;

/// <summary>Forgets hints that say nothing any more.</summary>
public static class HintSweep
{
    private const int Page = 500;

    /// <param name="kind">What their keys begin with.</param>
    /// <param name="isOver">Judges a stored value; one that cannot be read is over.</param>
    /// <returns>How many were forgotten.</returns>
    /// <exception cref="IOException">The store is away.</exception>
    public static async ValueTask<int> RunAsync(IMessageStore store, string kind, Func<byte[], bool> isOver, CancellationToken cancellationToken)
    {
        var (after, forgotten) = (kind, 0);
        while (true)
        {
            var hints = await store.ListHintsAsync(after, Page, cancellationToken);
            var own = hints.TakeWhile(hint => hint.Key.StartsWith(kind, StringComparison.Ordinal)).ToList();

            // Judged again as they are forgotten: one that was met again in between stays.
            var over = own.Where(hint => isOver(hint.Value)).ToList();
            await Task.WhenAll(over.Select(hint =>
                store.ChangeHintAsync(hint.Key, value => value is not null && isOver(value) ? null : value, cancellationToken).AsTask()));
            forgotten += over.Count;
            if (own.Count < Page)
            {
                return forgotten;
            }

            after = own[^1].Key;
        }
    }
}
