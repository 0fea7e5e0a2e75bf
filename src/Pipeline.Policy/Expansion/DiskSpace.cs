namespace Pipeline.Policy.Expansion;

/// <summary>What is left in the partition of a folder for programs without privileges.</summary>
/// <param name="Kibibytes">Room for content; -1 when it is not known.</param>
/// <param name="Inodes">Files that can still be made; -1 when the file system has no such bound, or it is not known.</param>
public readonly record struct DiskSpace(long Kibibytes, long Inodes)
{
    public static DiskSpace Unknown { get; } = new(-1, -1);
}
