using System.Globalization;
using Pipeline.Storage.Postgres.Private;

namespace Pipeline.Benchmarks.Storage;

/// <summary>The processor time of a server and all the processes it has now, and of those that have ended.</summary>
internal static class ServerTime
{
    // Fields of /proc/PID/stat after the name: ticks of 10 ms of the process itself, then of its children that were waited for.
    private const int ParentField = 1;
    private const int FirstTimeField = 11;
    private const double TicksPerSecond = 100;

    public static TimeSpan Of(PrivatePostgres server)
    {
        var main = File.ReadLines(Path.Combine(server.Folder, "data", "postmaster.pid")).First();
        var ticks = 0L;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(process, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var isMain = Path.GetFileName(process) == main;
                if (isMain || fields[ParentField] == main)
                {
                    ticks += fields.Skip(FirstTimeField).Take(isMain ? 4 : 2).Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // The process has ended meanwhile.
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }
}
