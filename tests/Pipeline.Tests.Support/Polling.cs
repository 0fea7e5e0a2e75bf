namespace Pipeline.Tests.Support;

/// <summary>Waits for something that other processes and threads bring about, for a bounded time.</summary>
public static class Polling
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <returns>Whether it happened within the patience. It is looked for at once, and a last time when the patience is over.</returns>
    public static async Task<bool> UntilAsync(Func<Task<bool>> look, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        using var looks = new PeriodicTimer(Interval);
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var last = TimeProvider.System.GetElapsedTime(begin) > patience;
            if (await look())
            {
                return true;
            }

            if (last)
            {
                return false;
            }

            await looks.WaitForNextTickAsync(cancellationToken);
        }
    }
}
