namespace Pipeline.Connectors.Files;

/// <summary>Checks a path that was made from an address before anything is done with it.</summary>
internal static class MailboxPath
{
    private const int MaxLength = 4000;

    /// <summary>Null when the path may be used, else why not.</summary>
    /// <param name="root">Directory it must lie below, or null.</param>
    public static string? Check(string path, string? root)
    {
        if (!path.StartsWith('/'))
        {
            return "path is not absolute";
        }

        if (path.Length > MaxLength || path.Contains('\0', StringComparison.Ordinal))
        {
            return "path is too long or holds NUL";
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[range] is "." or "..")
            {
                return "path holds . or ..";
            }
        }

        if (root is null)
        {
            return null;
        }

        var prefix = root.TrimEnd('/') + "/";
        return path.StartsWith(prefix, StringComparison.Ordinal) && path.Length > prefix.Length
            ? CheckLinks(path, prefix.Length)
            : "path is not below its root";
    }

    // Every directory between root and file must be one, not a link that leads elsewhere. The file itself is opened without following.
    private static string? CheckLinks(string path, int start)
    {
        for (var end = path.IndexOf('/', start); end >= 0; end = path.IndexOf('/', end + 1))
        {
            var directory = new DirectoryInfo(path[..end]);
            if (directory.LinkTarget is not null)
            {
                return "path leads through a symbolic link";
            }
        }

        return null;
    }
}
