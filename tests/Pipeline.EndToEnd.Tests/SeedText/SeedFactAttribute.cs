using Pipeline.Tests.Support.Suites;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>A test that reads the text of Exim 4.92's experimental features; skipped, with the reason printed, where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedFactAttribute : FactAttribute
{
    private const string FileName = "experimental-spec-4.92.txt";

    public SeedFactAttribute()
    {
        if (Path is null)
        {
            Skip = $"needs shared/seed/{FileName}, which is not part of this project";
            Console.WriteLine($"skipped: {Skip}");
        }
    }

    /// <summary>Null where it is absent.</summary>
    public static string? Path => TestFolders.Shared("seed") is { } folder && System.IO.Path.Combine(folder, FileName) is var file && File.Exists(file) ? file : null;
}
