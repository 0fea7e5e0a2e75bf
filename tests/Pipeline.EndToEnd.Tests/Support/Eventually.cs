using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>Waits for something and says what was missing when it does not come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="look">Null as long as it has not happened.</param>
    /// <param name="otherwise">What to say when it never does.</param>
    public static async Task<T> IsAsync<T>(Func<Task<T?>> look, Func<Task<string>> otherwise)
        where T : class
    {
        T? found = null;
        if (!await Polling.UntilAsync(async () => (found = await look()) is not null, Patience))
        {
            Assert.Fail(await otherwise());
        }

        return found!;
    }
}
