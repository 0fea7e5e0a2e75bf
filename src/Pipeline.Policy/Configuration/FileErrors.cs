namespace Pipeline.Policy.Configuration;

/// <summary>The words of strerror() for the reasons a file cannot be opened.</summary>
internal static class FileErrors
{
    public static string Describe(Exception problem) => problem switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => "Permission denied",
        PathTooLongException => "File name too long",
        _ => problem.Message,
    };
}
