namespace Pipeline.Architecture.Tests;

/// <summary>A page of the documentation that is written from the code, so that it cannot be wrong.</summary>
internal static class GeneratedPage
{
    /// <summary>Compares the page with its file; writes it first when the variable of the environment is 1.</summary>
    /// <param name="file">From the root of the repository.</param>
    public static void AssertIs(string page, string file, string writeSwitch)
    {
        var path = Path.Combine(Repository.Root, file);
        if (Environment.GetEnvironmentVariable(writeSwitch) == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.Equal(page, File.ReadAllText(path));
    }
}
