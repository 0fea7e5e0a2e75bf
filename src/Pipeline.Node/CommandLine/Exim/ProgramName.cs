using System.Text;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>The name under which this process was called.</summary>
internal static class ProgramName
{
    private static readonly string[] Exims = ["exim", "exim4", "sendmail", "mailq", "rsmtp", "runq", "newaliases"];

    /// <returns>One of Exim's names, else null.</returns>
    public static string? Read()
    {
        try
        {
            return Of(File.ReadAllBytes("/proc/self/cmdline"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // no /proc here: the program goes by its own name
        }
    }

    /// <summary>What a name alone asks for.</summary>
    public static EximMode Mode(string? name) => name switch
    {
        "mailq" => EximMode.QueueList,
        "rsmtp" => EximMode.Batch,
        "runq" => EximMode.QueueRun,
        "newaliases" => EximMode.AliasFile,
        _ => EximMode.None,
    };

    /// <param name="arguments">All arguments, each with a zero octet behind it; the first is the name.</param>
    internal static string? Of(ReadOnlySpan<byte> arguments)
    {
        var end = arguments.IndexOf((byte)0);
        var name = Path.GetFileName(Encoding.UTF8.GetString(end < 0 ? arguments : arguments[..end]));
        return Exims.Contains(name) ? name : null;
    }
}
