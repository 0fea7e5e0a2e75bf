using System.Globalization;

namespace Pipeline.Actors.Receipt;

/// <summary>Tells the connections of this process apart, in logs and as $connection_id.</summary>
internal static class ConnectionIds
{
    private static long _last;

    /// <summary>The id of the process and a number that rises.</summary>
    public static string Next() => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _last)}");
}
