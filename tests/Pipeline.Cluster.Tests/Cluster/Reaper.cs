using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Undoes what a run does to its machine (processes, mounts, links, folders) when the run ends, however it ends.</summary>
/// <remarks>
/// A shell in a session of its own waits for the end of a pipe from this process, which the kernel closes even after SIGKILL. What is to be undone stands in a
/// folder, one command in a file, and is carried out in reverse order. Not the parent-death signal: that fires at the end of the thread that forked.
/// </remarks>
internal sealed class Reaper : IDisposable
{
    // The folder is renamed first: what would be entered from then on finds no place, and must not be begun (see NodeProcess).
    private const string Script =
        """
        trap '' HUP INT TERM
        cat >/dev/null
        mv "$1" "$1.over" && cd "$1.over" || exit
        for undo in $(ls -r); do /bin/sh "./$undo"; done
        cd / && rm -rf "$1.over"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mp-reaper-").FullName;
    private readonly Process _shell;
    private int _last;

    public Reaper() =>
        _shell = Process.Start(new ProcessStartInfo("setsid", ["/bin/sh", "-c", Script, "reaper", _folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;

    /// <summary>A place for a command that undoes what is begun now. The command is to be written there before it is begun, and the file deleted once it is undone.</summary>
    public string Reserve() => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _last):000000}"));

    /// <summary>Has a command of sh carried out at the end.</summary>
    /// <returns>The file to delete when the command has become needless.</returns>
    public string Undo(string command)
    {
        var place = Reserve();
        File.WriteAllText(place, command + "\n");
        return place;
    }

    /// <summary>Undoes everything now, and waits for it.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
