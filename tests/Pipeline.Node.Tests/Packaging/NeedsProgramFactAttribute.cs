namespace Pipeline.Node.Tests.Packaging;

/// <summary>A test that needs a program of this machine; skipped, with the reason printed, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsProgramFactAttribute : FactAttribute
{
    public NeedsProgramFactAttribute(string program)
    {
        Program = program;
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => System.IO.File.Exists(Path.Combine(folder, program))))
        {
            Skip = $"{program} is not installed";
            Console.WriteLine($"skipped: {Skip}");
        }
    }

    public string Program { get; }
}
