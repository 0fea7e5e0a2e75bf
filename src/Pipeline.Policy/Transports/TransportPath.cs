using System.Buffers;

namespace Pipeline.Policy.Transports;

/// <summary>Paths that expansions have made: they may hold what a stranger wrote.</summary>
internal static class TransportPath
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\0\r\n");

    /// <summary>Absolute, without a component <c>..</c>, NUL or line end.</summary>
    public static bool IsSafe(string path)
    {
        if (!path.StartsWith('/') || path.AsSpan().ContainsAny(Forbidden))
        {
            return false;
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(range) is "..")
            {
                return false;
            }
        }

        return true;
    }
}
