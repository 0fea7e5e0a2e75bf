namespace Pipeline.Node.Admin;

/// <summary>Files of a node within its store directory.</summary>
internal static class SpoolPaths
{
    /// <summary>A Unix socket path has at most 108 octets with its final zero.</summary>
    private const int MaxSocketPath = 107;

    /// <summary>Where a running node takes orders from its own machine; only the node's user may connect.</summary>
    public static string AdminSocket(string storeDirectory) => Socket(storeDirectory, "admin.sock");

    /// <summary>Where a running node takes mail from programs on its own machine (<c>-bs</c>).</summary>
    public static string SubmissionSocket(string storeDirectory) => Socket(storeDirectory, "submit.sock");

    private static string Socket(string directory, string name)
    {
        var path = Path.Combine(Path.GetFullPath(directory), name);
        return path.Length <= MaxSocketPath
            ? path
            : throw new InvalidOperationException($"{path}: the path of a socket has at most {MaxSocketPath} characters; choose a shorter store directory");
    }
}
