namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Waits for something that other processes bring about, for a bounded time.</summary>
internal static class Polling
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <returns>Whether it happened within the patience.</returns>
    public static async Task<bool> UntilAsync(Func<Task<bool>> look, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await look())
        {
            if (TimeProvider.System.GetElapsedTime(begin) > patience)
            {
                return false;
            }

            await Task.Delay(Interval, cancellationToken);
        }

        return true;
    }
}
