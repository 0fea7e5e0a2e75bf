using System.Globalization;

namespace Pipeline.Policy.Expansion;

/// <summary>How busy this machine is.</summary>
public static class SystemLoad
{
    /// <summary>A file of the kernel (proc(5)), which never waits for a disk.</summary>
    private const string LoadFile = "/proc/loadavg";

    /// <summary>Processes that want to run, over the last minute, in thousandths; null where the system does not say.</summary>
    public static long? Average()
    {
        try
        {
            return double.TryParse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture, out var load) ? (long)Math.Round(load * 1000) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A load in thousandths as log lines have it.</summary>
    public static string Text(long thousandths) => string.Create(CultureInfo.InvariantCulture, $"{thousandths / 1000m:0.00}");
}
