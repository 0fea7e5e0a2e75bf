namespace Pipeline.Node.Tests.Packaging;

/// <summary>Files of the repository this test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string File(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    public static string Read(params ReadOnlySpan<string> parts) => System.IO.File.ReadAllText(File(parts));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "MailPipeline.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("not within the repository");
        }

        return folder.FullName;
    }
}
