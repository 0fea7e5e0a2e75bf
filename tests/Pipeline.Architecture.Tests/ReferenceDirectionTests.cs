using System.Reflection;

namespace Pipeline.Architecture.Tests;

/// <summary>The rooms of ARCHITECTURE.md: which project may know which.</summary>
public sealed class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Pipeline.Faults"] = [],
        ["Pipeline.Kernel"] = [],
        ["Pipeline.Mail"] = [],
        ["Pipeline.Policy"] = ["Pipeline.Mail"],
        ["Pipeline.Messages"] = ["Pipeline.Mail"],
        ["Pipeline.Storage"] = ["Pipeline.Faults", "Pipeline.Messages", "Pipeline.Mail"],
        ["Pipeline.Connectors"] = ["Pipeline.Faults", "Pipeline.Mail", "Pipeline.Policy"],
        ["Pipeline.Actors"] =
            ["Pipeline.Faults", "Pipeline.Kernel", "Pipeline.Messages", "Pipeline.Mail", "Pipeline.Policy", "Pipeline.Storage", "Pipeline.Connectors"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_room_allows(string project)
    {
        var references = Assembly.Load(project).GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("Pipeline.", StringComparison.Ordinal) || name == "mailpipeline");

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Every_source_project_has_a_rule()
    {
        var projects = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => new DirectoryInfo(folder).Name).Order();

        Assert.Equal(Allowed.Keys.Append("Pipeline.Node").Order(), projects);
    }

    [Theory]
    [InlineData("Pipeline.Storage")]
    [InlineData("Pipeline.Connectors")]
    public void Actors_see_only_the_ports_of_storage_and_connectors(string project)
    {
        var foreign = TypeReferences.Of(Assembly.Load("Pipeline.Actors"), project)
            .Where(name => !name.StartsWith(project + ".Ports.", StringComparison.Ordinal));

        Assert.Empty(foreign);
    }

    [Theory]
    [InlineData("System.Net.Sockets.Socket")]
    [InlineData("System.IO.FileStream")]
    [InlineData("System.IO.File")]
    [InlineData("Microsoft.Extensions.Logging.ILogger")]
    [InlineData("System.Threading.Thread")]
    public void Mail_is_pure(string type) =>
        Assert.DoesNotContain(type, TypeReferences.Of(Assembly.Load("Pipeline.Mail")));
}
