namespace Pipeline.Tests.Support.Suites;

/// <summary>Finds the data that tests read: vectors of this project, and public suites that are not part of it.</summary>
public static class TestFolders
{
    /// <summary>A folder of <c>tests/vectors</c>.</summary>
    public static string Vectors(string name) =>
        FindUpwards(Path.Combine("tests", "vectors", name)) ?? throw new DirectoryNotFoundException($"tests/vectors/{name} is missing");

    /// <summary>
    /// A folder of public suites: below <c>$MAILPIPELINE_SHARED/suites</c>, or below a folder <c>shared/suites</c> beside a parent of the tests.
    /// Null where it is absent; the test then has nothing to check and says so.
    /// </summary>
    public static string? SharedSuite(string name)
    {
        var path = Environment.GetEnvironmentVariable("MAILPIPELINE_SHARED") is { Length: > 0 } shared
            ? Path.Combine(shared, "suites", name)
            : FindUpwards(Path.Combine("shared", "suites", name));
        return path is not null && Directory.Exists(path) ? path : null;
    }

    /// <summary>A folder of the repository, by its path from the root.</summary>
    public static string Repository(string path) => FindUpwards(path) ?? throw new DirectoryNotFoundException($"{path} is missing");

    private static string? FindUpwards(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relative);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
