namespace Pipeline.Connectors.Files;

/// <summary>Directories that survive a power failure.</summary>
internal static class DurableDirectory
{
    /// <summary>Creates what is missing of a path, each new name flushed to its parent.</summary>
    public static void Create(string path, UnixFileMode mode)
    {
        var missing = new Stack<string>();
        for (var directory = path.TrimEnd('/'); directory.Length > 0 && !Directory.Exists(directory); directory = Parent(directory))
        {
            missing.Push(directory);
        }

        foreach (var directory in missing)
        {
            Posix.MakeDirectory(directory, mode);
            Posix.FlushDirectory(Parent(directory) is { Length: > 0 } parent ? parent : "/");
        }
    }

    public static string Parent(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];
}
