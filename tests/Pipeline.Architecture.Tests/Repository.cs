namespace Pipeline.Architecture.Tests;

/// <summary>Finds the checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MailPipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no MailPipeline.sln above {AppContext.BaseDirectory}");
    }
}
