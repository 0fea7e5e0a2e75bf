using Pipeline.Faults;
using Pipeline.Node.CommandLine;

if (Environment.GetEnvironmentVariable(Crash.Variable) is { Length: > 0 } ordered)
{
    if (!CrashOrder.TryParse(ordered, out var order, out var problem))
    {
        Console.Error.WriteLine(problem);
        return ExitCodes.Unusable;
    }

    Crash.Obey(order);
}

return await CommandLineEntry.RunAsync(args);
