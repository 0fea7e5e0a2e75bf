using Pipeline.Node.CommandLine.ClusterDemo;
using Pipeline.Policy;

namespace Pipeline.Node.Tests.Packaging;

/// <summary>The files that <c>cluster demo</c> runs with are those of cluster-config/local.</summary>
public sealed class LocalClusterTests
{
    [Theory]
    [InlineData(LocalFiles.PolicyName)]
    [InlineData(LocalFiles.SettingsName)]
    public void File_in_the_program_is_the_file_of_the_folder(string name) =>
        Assert.Equal(File.ReadAllBytes(Repository.File("cluster-config", "local", name)), LocalFiles.Read(name));

    [Fact]
    public void Folder_has_no_file_more_than_the_program() =>
        Assert.Equal(
            [LocalFiles.PolicyName, LocalFiles.SettingsName],
            Directory.GetFiles(Repository.File("cluster-config", "local")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Policy_is_good()
    {
        var (compiled, problems) = PolicyCompiler.Compile(Repository.File("cluster-config", "local", LocalFiles.PolicyName), new Dictionary<string, string>(), null);
        Assert.True(compiled is not null, string.Join("; ", problems));
    }
}
