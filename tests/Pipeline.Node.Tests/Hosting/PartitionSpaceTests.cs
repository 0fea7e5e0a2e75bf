using Pipeline.Node.Hosting;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Tests.Hosting;

public sealed class PartitionSpaceTests
{
    [Fact]
    public void Folder_has_what_its_partition_has()
    {
        var space = PartitionSpace.Of(Path.GetTempPath());
        var total = new DriveInfo(Path.GetTempPath()).TotalSize / 1024;
        Assert.InRange(space.Kibibytes, 0, total);
        Assert.True(space.Inodes is -1 or > 0, space.ToString());
    }

    [Fact]
    public void Folder_that_is_not_there_yet_is_in_the_partition_of_the_one_above() =>
        Assert.NotEqual(DiskSpace.Unknown, PartitionSpace.Of(Path.Combine(Path.GetTempPath(), "absent", "folder")));

    [Fact]
    public void Kernel_s_own_file_system_has_no_room() => Assert.Equal(0, PartitionSpace.Of("/proc").Kibibytes);
}
