namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>A test that needs programs or Python modules of other authors; skipped, with the reason printed, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    private static readonly Dictionary<string, bool> Modules = [];

    /// <param name="needs">Programs, and Python modules as <c>python3:module</c>.</param>
    public ProgramTheoryAttribute(params string[] needs)
    {
        Skip = ReasonToSkip(needs);
    }

    /// <summary>Says, and prints, which program or module is absent; null when all are there.</summary>
    internal static string? ReasonToSkip(IEnumerable<string> needs)
    {
        if (needs.FirstOrDefault(need => !IsThere(need)) is not { } missing)
        {
            return null;
        }

        var reason = $"needs {missing}, which is not installed";
        Console.WriteLine($"skipped: {reason}");
        return reason;
    }

    private static bool IsThere(string need)
    {
        if (!need.StartsWith("python3:", StringComparison.Ordinal))
        {
            return ForeignProgram.Exists(need);
        }

        lock (Modules)
        {
            if (!Modules.TryGetValue(need, out var found))
            {
                found = ForeignProgram.Exists(ForeignProgram.Python)
                    && Task.Run(() => ForeignProgram.RunAsync(ForeignProgram.Python, ["-c", $"import {need["python3:".Length..]}"])).GetAwaiter().GetResult().ExitCode == 0;
                Modules.Add(need, found);
            }

            return found;
        }
    }
}
