namespace Pipeline.Node.Admin;

/// <summary>Files of a node within its store directory.</summary>
internal static class SpoolPaths
{
    /// <summary>A Unix socket path has at most 108 octets with its final zero.</summary>
    private const int MaxSocketPath = 107;

    /// <summary>Where a running node takes orders and mail from its own machine; only the node's user may connect.</summary>
    public static string AdminSocket(string storeDirectory) => Checked(Path.Combine(Path.GetFullPath(storeDirectory), "admin.sock"));

    /// <exception cref="InvalidOperationException">The path is too long for a socket.</exception>
    public static string Checked(string path) => path.Length <= MaxSocketPath
        ? path
        : throw new InvalidOperationException($"{path}: the path of a socket has at most {MaxSocketPath} characters; choose a shorter one");
}
