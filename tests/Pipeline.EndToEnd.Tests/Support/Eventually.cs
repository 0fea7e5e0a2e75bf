namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>Waits for something that other processes and threads bring about, for a bounded time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <param name="look">Null as long as it has not happened.</param>
    /// <param name="otherwise">What to say when it never does.</param>
    public static async Task<T> IsAsync<T>(Func<Task<T?>> look, Func<Task<string>> otherwise)
        where T : class
    {
        var begin = TimeProvider.System.GetTimestamp();
        do
        {
            if (await look() is { } found)
            {
                return found;
            }

            await Task.Delay(Interval);
        }
        while (TimeProvider.System.GetElapsedTime(begin) < Patience);

        Assert.Fail(await otherwise());
        throw new InvalidOperationException();
    }
}
