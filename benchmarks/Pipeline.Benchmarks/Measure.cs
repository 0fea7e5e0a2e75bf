using System.Diagnostics;

namespace Pipeline.Benchmarks;

/// <summary>Times an operation. Best of several rounds, because other work only ever slows one down.</summary>
internal static class Measure
{
    private const int Rounds = 5;

    public static void PrintHeading()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, best of {Rounds} rounds");
        Console.WriteLine($"{"case",-44}{"result",16}  {"target",-14}{"allocated",12}");
    }

    /// <param name="run">Does the operation as often as it is told to.</param>
    public static async Task RateAsync(string name, int operations, string target, Func<int, Task> run)
    {
        (TimeSpan best, double bytes) = await BestAsync(operations, run);
        Print(name, $"{operations / best.TotalSeconds / 1e6:F2} M/s", target, $"{bytes:F0} B");
    }

    /// <param name="run">Does the operation as often as it is told to.</param>
    public static async Task DurationAsync(string name, int operations, string target, Func<int, Task> run)
    {
        (TimeSpan best, double bytes) = await BestAsync(operations, run);
        Print(name, $"{best.TotalMicroseconds / operations:F2} us", target, $"{bytes:F0} B");
    }

    public static void Print(string name, string result, string target, string allocated) =>
        Console.WriteLine($"{name,-44}{result,16}  {target,-14}{allocated,12}");

    private static async Task<(TimeSpan Best, double Bytes)> BestAsync(int operations, Func<int, Task> run)
    {
        await run(Math.Max(1, operations / 10));
        TimeSpan best = TimeSpan.MaxValue;
        double bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            GC.Collect();
            long before = GC.GetTotalAllocatedBytes();
            long start = Stopwatch.GetTimestamp();
            await run(operations);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
            bytes = (GC.GetTotalAllocatedBytes() - before) / (double)operations;
        }

        return (best, bytes);
    }
}
