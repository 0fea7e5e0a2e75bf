using Pipeline.Benchmarks.Kernel;
using Pipeline.Benchmarks.Policies;
using Pipeline.Benchmarks.Storage;

// One word per area; each prints a table of its own.
switch (args.FirstOrDefault())
{
    case "kernel":
        await KernelBenchmarks.RunAsync();
        return 0;
    case "policy":
        await PolicyBenchmarks.RunAsync();
        return 0;
    case "store":
        await StoreBenchmarks.RunAsync(args.Skip(1).ToArray());
        return 0;
    default:
        Console.Error.WriteLine("usage: Pipeline.Benchmarks kernel | policy | store [sqlite|postgres]");
        return 2;
}
