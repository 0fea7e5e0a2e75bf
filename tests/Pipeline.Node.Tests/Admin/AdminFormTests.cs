using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Node.Admin;
using Pipeline.Node.Admin.Cluster;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Node.Tests.Admin;

/// <summary>The documents of form 1 (<c>tests/vectors/forms/1/admin</c>): today's program reads them, and what it writes an older one can read.</summary>
public sealed class AdminFormTests
{
    private static readonly Dictionary<string, JsonTypeInfo> Types = new()
    {
        ["status"] = AdminJson.Default.NodeStatus,
        ["order"] = AdminJson.Default.OrderResult,
        ["problem"] = AdminJson.Default.AdminProblem,
        ["health"] = AdminJson.Default.HealthReport,
        ["cluster"] = ClusterJson.Default.ClusterDocument,
        ["roles"] = ClusterJson.Default.RolesDocument,
        ["events"] = ClusterJson.Default.EventsDocument,
        ["lag"] = ClusterJson.Default.LagDocument,
    };

    public static TheoryData<string> Documents => [.. Types.Keys];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_of_form_1_is_read_and_everything_in_it_is_written_again(string name)
    {
        var golden = Golden(name);
        var read = golden.Deserialize(Types[name]);

        AssertHolds(golden, JsonSerializer.SerializeToNode(read, Types[name])!, name);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_member_of_a_later_program_is_skipped(string name)
    {
        var later = Golden(name);
        later["later"] = new JsonObject { ["mood"] = "sunny" };

        AssertHolds(Golden(name), JsonSerializer.SerializeToNode(later.Deserialize(Types[name]), Types[name])!, name);
    }

    [Fact]
    public void Every_document_is_held() => Assert.Equal(
        Types.Keys.Order(), Directory.GetFiles(Folder).Select(static file => Path.GetFileNameWithoutExtension(file)).Order());

    private static string Folder => Path.Combine(TestFolders.Vectors("forms"), "1", "admin");

    private static JsonNode Golden(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!;

    /// <summary>A reader of the golden document finds every member with its value; more members it skips.</summary>
    private static void AssertHolds(JsonNode golden, JsonNode written, string path)
    {
        switch (golden)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    Assert.True(written[name] is not null, $"{path}.{name} is not written any more");
                    AssertHolds(value!, written[name]!, $"{path}.{name}");
                }

                break;
            case JsonArray elements:
                Assert.Equal(elements.Count, written.AsArray().Count);
                for (var i = 0; i < elements.Count; i++)
                {
                    AssertHolds(elements[i]!, written[i]!, $"{path}[{i}]");
                }

                break;
            default:
                Assert.True(JsonNode.DeepEquals(golden, written), $"{path} is {written.ToJsonString()} instead of {golden.ToJsonString()}");
                break;
        }
    }
}
