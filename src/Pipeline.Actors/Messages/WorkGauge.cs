namespace Pipeline.Actors.Messages;

/// <summary>Counts what is under way against a bound; safe from any thread.</summary>
internal sealed class WorkGauge(int limit)
{
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
