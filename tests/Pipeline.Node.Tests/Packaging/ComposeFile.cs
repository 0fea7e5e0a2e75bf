using Pipeline.Tests.Support.Yaml;

namespace Pipeline.Node.Tests.Packaging;

/// <summary>docker-compose.cluster.yml as the compose specification has it: merge keys resolved, services by name.</summary>
internal sealed class ComposeFile
{
    public const string Name = "docker-compose.cluster.yml";

    public ComposeFile() => Root = Merge(YamlReader.ReadFile(Repository.File(Name)));

    public YamlNode Root { get; }

    public IReadOnlyList<KeyValuePair<string, YamlNode>> Services => Root["services"].Entries;

    /// <summary>Services that run a node of this project.</summary>
    public IEnumerable<KeyValuePair<string, YamlNode>> Nodes => Services.Where(service => service.Value.Find("image") is YamlScalar { Value: "mailpipeline" });

    /// <summary>The names in a list, or the keys in a map: many options have both forms.</summary>
    public static IEnumerable<string> Names(YamlNode? node) => node switch
    {
        null => [],
        YamlMap map => map.Pairs.Select(pair => pair.Key),
        _ => node.Items.Select(item => item.Text),
    };

    /// <summary>Puts what <c>&lt;&lt;</c> refers to behind what the map says itself.</summary>
    private static YamlNode Merge(YamlNode node) => node switch
    {
        YamlMap map => new YamlMap(
        [
            .. map.Pairs.Where(pair => pair.Key != "<<").Select(pair => new KeyValuePair<string, YamlNode>(pair.Key, Merge(pair.Value))),
            .. map.Pairs.Where(pair => pair.Key == "<<").SelectMany(pair => Merge(pair.Value).Entries)
                .Where(pair => map.Pairs.All(own => own.Key != pair.Key)),
        ]),
        YamlList list => new YamlList([.. list.Values.Select(Merge)]),
        _ => node,
    };
}
