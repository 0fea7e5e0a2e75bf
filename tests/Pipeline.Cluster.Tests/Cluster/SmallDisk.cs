using System.Diagnostics;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A small disk of its own below a folder, which can be filled.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Size = "16m";

    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    private string Filler => Path.Combine(_folder, "filler");

    /// <returns>Null when this process may not mount; the reason says so.</returns>
    public static SmallDisk? TryMount(string folder, out string? reason)
    {
        reason = Environment.IsPrivilegedProcess ? null : "only root may mount a small disk";
        if (reason is null && !Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", folder))
        {
            reason = "this machine does not allow to mount a small disk";
        }

        return reason is null ? new SmallDisk(folder) : null;
    }

    /// <summary>Leaves not one octet free.</summary>
    public void Fill()
    {
        var block = new byte[64 * 1024];
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose() => Run("umount", "-l", _folder);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
