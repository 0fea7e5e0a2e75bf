using Pipeline.Node.Configuration;

namespace Pipeline.Node.Tests.Packaging;

/// <summary>The settings that are shipped are settings that a node takes.</summary>
public sealed class NodeSettingsFilesTests
{
    [Theory]
    [InlineData("gateway/node.json")]
    [InlineData("compose/sink.json")]
    [InlineData("local/node.json")]
    public void Settings_that_are_complete_are_good(string file) => Assert.Empty(NodeSettingsReader.Read(Repository.File("cluster-config", file)).Errors);

    [Theory]
    [InlineData("compose/receiver.json")]
    [InlineData("compose/scanner.json")]
    [InlineData("compose/deliverer.json")]
    public void Settings_of_the_clusters_nodes_lack_only_what_the_container_brings(string file)
    {
        var missing = NodeSettingsReader.Read(Repository.File("cluster-config", file)).Errors
            .Where(error => !error.Contains("/certificates/", StringComparison.Ordinal) && !error.Contains("Cluster:Database", StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
