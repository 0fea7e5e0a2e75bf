using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>The little world of a demonstration: a folder, a key, a DNS zone that publishes it, aliases and a configuration.</summary>
internal sealed class DemoWorld
{
    public const string LocalDomain = "meadow.example";
    public const string Selector = "demo";

    /// <summary>Who may name another client by a PROXY header: the clients of the demonstration, so that their mail seems to come from all over the world.</summary>
    private const string ProxyNetwork = "127.0.0.0/8";
    private const string PolicyResource = "Pipeline.Node.Policies.demo.conf";
    private const string ZoneResource = "Pipeline.Node.Policies.demo.json";
    private const int KeyBits = 2048;

    /// <summary>Octets of one string of a TXT record, at most.</summary>
    private const int TextLength = 255;

    private const string Aliases = """
        # local part: where its mail goes
        postmaster: anna
        team: anna, bert, carla
        choir: dora, emil, frieda, georg, hanna, ida, jakob, klara, singer@garden-club.example
        project: bert, nobody@partner.example

        """;

    private DemoWorld(string folder, DkimPrivateKey key, ZoneResolver zone)
    {
        Folder = folder;
        Key = key;
        Zone = zone;
    }

    public string Folder { get; }

    /// <summary>Signs for every domain of the zone that publishes a key.</summary>
    public DkimPrivateKey Key { get; }

    public ZoneResolver Zone { get; }

    public string PolicyFile => Path.Combine(Folder, "demo.conf");

    public string NodeFile => Path.Combine(Folder, "node.json");

    public string StoreDirectory => Path.Combine(Folder, "spool", "store");

    public string MaildirDirectory => Path.Combine(Folder, "maildir");

    public string QuarantineDirectory => Path.Combine(Folder, "quarantine");

    private string ZoneFile => Path.Combine(Folder, "zone.json");

    /// <summary>Writes everything into <paramref name="folder"/>, which is empty and open to nobody else.</summary>
    public static DemoWorld Create(string folder)
    {
        using var rsa = RSA.Create(KeyBits);
        var pem = rsa.ExportPkcs8PrivateKeyPem();
        var key = DkimPrivateKey.FromPem(pem, out var problem) ?? throw new InvalidOperationException(problem);
        var zoneText = Publish(key.PublicKeyText());
        using var zoneJson = JsonDocument.Parse(zoneText);
        if (!ZoneJson.TryRead(zoneJson.RootElement, out var zone, out problem))
        {
            throw new InvalidOperationException($"{ZoneResource}: {problem}");
        }

        var world = new DemoWorld(folder, key, zone);
        Directory.CreateDirectory(world.StoreDirectory);
        Directory.CreateDirectory(world.QuarantineDirectory);
        File.WriteAllBytes(world.PolicyFile, BuiltInPolicy.Read(PolicyResource));
        File.WriteAllText(world.ZoneFile, zoneText);
        File.WriteAllText(Path.Combine(folder, "aliases"), Aliases);
        File.WriteAllText(Path.Combine(folder, "dkim.pem"), pem); // nobody else can enter the folder
        return world;
    }

    /// <summary>How to start the node: on a free port of loopback, with this world's zone and the next hop as macros.</summary>
    public NodeOptions ToNodeOptions(int nextHopPort)
    {
        WriteNodeFile();
        return new NodeOptions
        {
            PolicyFile = PolicyFile,
            Macros = new Dictionary<string, string> { ["DEMO_FOLDER"] = Folder, ["DEMO_PORT"] = $"{nextHopPort}" },
            Settings = new NodeSettings
            {
                Name = "demo",
                StoreDirectory = StoreDirectory,
                Listen = [new ListenSettings("127.0.0.1:0", ProxyFrom: [ProxyNetwork])],
            },
            Resolver = Zone,
        };
    }

    /// <summary>Settings with which the other commands find the store later on.</summary>
    private void WriteNodeFile()
    {
        var node = new JsonObject
        {
            [nameof(NodeSettings.Name)] = "demo",
            [nameof(NodeSettings.StoreDirectory)] = StoreDirectory,
            [nameof(NodeSettings.Dns)] = new JsonObject { [nameof(DnsSettings.ZoneFile)] = ZoneFile },
        };
        File.WriteAllText(NodeFile, node.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static string Publish(string publicKey) => System.Text.Encoding.UTF8.GetString(BuiltInPolicy.Read(ZoneResource))
        .Replace("@KEY1@", publicKey[..TextLength], StringComparison.Ordinal)
        .Replace("@KEY2@", publicKey[TextLength..], StringComparison.Ordinal);
}
