namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A small disk of its own below a folder, which can be filled.</summary>
internal sealed class SmallDisk
{
    private const string Size = "16m";

    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    private string Filler => Path.Combine(_folder, "filler");

    /// <returns>Null when this process may not mount; the reason says so.</returns>
    public static async Task<(SmallDisk? Disk, string? Reason)> TryMountAsync(string folder, Reaper reaper, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "only root may mount a small disk");
        }

        reaper.Undo($"umount -l {folder} 2>/dev/null");
        return await Shell.RunAsync("mount -t tmpfs -o size=$1 tmpfs $2", [Size, folder], cancellationToken) is { } reason ? (null, reason) : (new SmallDisk(folder), null);
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
}
