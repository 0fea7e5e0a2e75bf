namespace Pipeline.Storage.Tests.Bodies;

/// <summary>What a piece of work allocates, when all of the process is looked at: whatever else runs only adds to it.</summary>
internal static class Allocations
{
    private const int Runs = 3;

    /// <returns>Octets of the run that allocated least.</returns>
    public static async Task<long> LeastAsync(Func<Task> work)
    {
        var least = long.MaxValue;
        for (var run = 0; run < Runs; run++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await work();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
