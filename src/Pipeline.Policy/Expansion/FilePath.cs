namespace Pipeline.Policy.Expansion;

/// <summary>Guards the places where expanded text becomes a file name, since it may hold data from a peer.</summary>
public static class FilePath
{
    /// <summary>Why a path must not be opened, or null: a NUL, a line end, or a component <c>..</c> in it.</summary>
    public static string? Refuse(string path)
    {
        if (path.AsSpan().IndexOfAny('\0', '\n', '\r') >= 0)
        {
            return "file name contains a control character";
        }

        foreach (var component in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(component) is "..")
            {
                return "file name contains a \"..\" component";
            }
        }

        return null;
    }
}
