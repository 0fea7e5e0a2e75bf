using Pipeline.Benchmarks.Kernel;

// One word per area; each prints a table of its own.
switch (args.FirstOrDefault())
{
    case "kernel":
        await KernelBenchmarks.RunAsync();
        return 0;
    default:
        Console.Error.WriteLine("usage: Pipeline.Benchmarks kernel");
        return 2;
}
