namespace Pipeline.Tests.Support.Suites;

/// <summary>Finds the data that tests read: vectors of this project, and public suites that are not part of it.</summary>
public static class TestFolders
{
    /// <summary>A folder of <c>tests/vectors</c>.</summary>
    public static string Vectors(string name) =>
        FindUpwards(Path.Combine("tests", "vectors", name)) ?? throw new DirectoryNotFoundException($"tests/vectors/{name} is missing");

    /// <summary>
    /// What is not part of the project: below <c>$MAILPIPELINE_SHARED</c>, or below a folder <c>shared</c> beside a parent of the tests.
    /// Null where it is absent; the test then has nothing to check and says so.
    /// </summary>
    /// <param name="path">A folder's path below it.</param>
    public static string? Shared(string path)
    {
        var folder = Environment.GetEnvironmentVariable("MAILPIPELINE_SHARED") is { Length: > 0 } shared
            ? Path.Combine(shared, path)
            : FindUpwards(Path.Combine("shared", path));
        return folder is not null && Directory.Exists(folder) ? folder : null;
    }

    /// <summary>A folder of public suites.</summary>
    public static string? SharedSuite(string name) => Shared(Path.Combine("suites", name));

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
